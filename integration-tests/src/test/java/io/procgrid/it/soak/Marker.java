package io.procgrid.it.soak;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By what processes of runs of this soak are known: an argument that ends in the run's id, made by
 * the proc from what its environment says, or that environment itself.
 */
final class Marker {
  /** Of the create option that puts the nonce into the environment. */
  static final String VARIABLE = "SOAK_NONCE";

  private final String nonce;
  private final Pattern argument;
  private final Pattern environment;

  /**
   * The marker of one soak.
   *
   * @param nonce digits that no other soak on this host uses
   */
  Marker(String nonce) {
    this.nonce = nonce;
    argument = Pattern.compile(Pattern.quote("86400." + nonce) + "(\\d+)");
    environment = Pattern.compile("(?:^|\0)PROCGRID_RUN_ID=(\\d+)\0");
  }

  String nonce() {
    return nonce;
  }

  /** For scripts of sh: an argument of sleep(1) that names the run. */
  String inShell() {
    return "86400." + nonce + "$PROCGRID_RUN_ID";
  }

  /** The run whose argument is on a command line. */
  OptionalLong runOfArguments(String commandLine) {
    return first(argument.matcher(commandLine));
  }

  /** The run that an environment is of. */
  OptionalLong runOfEnvironment(String variables) {
    return variables.contains(VARIABLE + "=" + nonce + "\0")
        ? first(environment.matcher(variables))
        : OptionalLong.empty();
  }

  private static OptionalLong first(Matcher matcher) {
    return matcher.find()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}
