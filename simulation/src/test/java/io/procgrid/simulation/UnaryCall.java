package io.procgrid.simulation;

import io.procgrid.worker.core.Answer;
import java.util.function.Consumer;

/** A call that is answered once, or given up. What comes after that is not heard. */
final class UnaryCall {
  private final Session session;
  private final Consumer<Answer> answered;
  private final Consumer<String> unanswered;
  private boolean over;

  UnaryCall(Session session, Consumer<Answer> answered, Consumer<String> unanswered) {
    this.session = session;
    this.answered = answered;
    this.unanswered = unanswered;
  }

  void answer(Answer answer) {
    if (over || session.isClosed()) {
      return;
    }
    over = true;
    switch (answer) {
      case Answer.Refused(String reason) -> session.lose("refused: " + reason);
      case Answer.Unavailable(String reason) -> unanswered.accept(reason);
      case Answer.Done _,
          Answer.UnknownSegment _,
          Answer.Connected _,
          Answer.StartsAnswered _,
          Answer.Listed _,
          Answer.ForgetAnswered _,
          Answer.Standing _ ->
          answered.accept(answer);
    }
  }

  void fail(String reason) {
    if (!over && !session.isClosed()) {
      over = true;
      unanswered.accept(reason);
    }
  }
}
