"""Runs a program on a terminal of its own and talks to it.

usage: terminal.py PROGRAM [ARGUMENTS...] < steps
A step is a line: "expect TEXT" waits until the program has written the text since the step before, "send TEXT" types
it, "noecho" waits until the terminal does not show what is typed. Texts have Python's escapes. At the end everything is
printed that was on the terminal, then "[exit CODE]".
"""
import codecs
import os
import pty
import select
import signal
import sys
import termios
import time

LIMIT_SECONDS = 180


def unescape(text):
    return codecs.escape_decode(text.encode())[0]


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        # As on a terminal somebody logged in at, also where the tests run in the background of a shell.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        os.execvp(sys.argv[1], sys.argv[1:])
    written = b""
    seen = 0
    end = time.monotonic() + LIMIT_SECONDS

    def read():
        nonlocal written
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if not ready:
            return True
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return False
        written += piece
        return len(piece) > 0

    alive = True
    problem = ""
    for line in sys.stdin.read().splitlines():
        kind, _, text = line.partition(" ")
        data = unescape(text)
        if kind == "send":
            os.write(terminal, data)
            continue
        if kind == "noecho":
            while termios.tcgetattr(terminal)[3] & termios.ECHO and time.monotonic() < end:
                time.sleep(0.01)
            continue
        while alive and data not in written[seen:] and time.monotonic() < end:
            alive = read()
        if data not in written[seen:]:
            problem = f"[missing: {text}]"
            break
        seen = written.index(data, seen) + len(data)
    while not problem and alive and time.monotonic() < end:
        alive = read()
    if alive:
        os.kill(pid, signal.SIGKILL)
        problem = problem or "[did not end]"
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(written)
    print(f"{problem}[exit {os.waitstatus_to_exitcode(status)}]")


main()
