"""What the programs that play the demonstration's day have in common.

A player is told what to do by lines of JSON on standard input, and answers each line when what it sent has been
acknowledged by whoever takes it: {"done": …} or {"failed": "why"}. The end of its input is its end. Run one by hand
to see: each says in its first lines what it takes.
"""
import json
import os
import socket
import sys
import traceback

PATIENCE_S = 300  # for one answer of the other side


class Refused(Exception):
    """The other side has said no."""


def connect(port):
    return socket.create_connection(("127.0.0.1", port), PATIENCE_S)


def take(link, wanted):
    """So many bytes of a connection."""
    got = b""
    while len(got) < wanted:
        part = link.recv(wanted - len(got))
        if not part:
            raise Refused(f"the connection ended after {got!r}")
        got += part
    return got


def read_secret():
    """What an argument would show to everybody on this machine: the first line."""
    return json.loads(sys.stdin.readline())


def play(handle):
    """Hand every order to `handle`, which gives what to answer."""
    for line in sys.stdin:
        try:
            told = {"done": handle(json.loads(line))}
        except Refused as why:
            told = {"failed": str(why)}
        except Exception:  # pylint: disable=broad-except
            told = {"failed": traceback.format_exc()}
        try:
            print(json.dumps(told), flush=True)
        except BrokenPipeError:  # the conductor was ended in the midst of it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
