package io.procgrid.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Passes TCP connections on to another address of this host, and holds or cuts what passes. Bytes
 * that are held are not lost: they arrive when let go.
 */
public final class DelayProxy implements AutoCloseable {
  /** Which way bytes go. */
  public enum Direction {
    /** From who connected. */
    FORTH,
    /** To who connected. */
    BACK
  }

  private static final int BUFFER = 65_536;

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Direction> held = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean cut;

  /** Listens at once. */
  public DelayProxy(InetSocketAddress address, InetSocketAddress target) {
    this.target = target;
    try {
      listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(address);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
    threads.execute(this::accept);
  }

  /** Bytes of this direction stay here from now on. */
  public void hold(Direction direction) {
    held.add(direction);
  }

  /** Ends the connections and every new one, until {@link #restore}. */
  public void cut() {
    cut = true;
    sockets.forEach(DelayProxy::closeQuietly);
  }

  /** Lets everything pass again, what was held first. */
  public synchronized void restore() {
    cut = false;
    held.clear();
    notifyAll();
  }

  @Override
  public void close() {
    closeQuietly(listener);
    cut();
    restore();
    threads.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (cut) {
          client.close();
          continue;
        }
        connect(client);
      } catch (IOException e) {
        // This one has failed, or the proxy is closed.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket server = new Socket();
    try {
      server.connect(target);
    } catch (IOException e) {
      client.close();
      return;
    }
    sockets.add(client);
    sockets.add(server);
    threads.execute(() -> pump(client, server, Direction.FORTH));
    threads.execute(() -> pump(server, client, Direction.BACK));
  }

  private void pump(Socket from, Socket to, Direction direction) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[BUFFER];
      int count = in.read(bytes);
      while (count >= 0) {
        awaitLetGo(direction);
        out.write(bytes, 0, count);
        count = in.read(bytes);
      }
    } catch (IOException e) {
      // Either end has closed.
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private synchronized void awaitLetGo(Direction direction) throws IOException {
    try {
      while (held.contains(direction)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot close " + socket, e);
    }
  }
}
