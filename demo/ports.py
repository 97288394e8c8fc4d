"""Ports of loopback for servers that are started a moment later."""
import random
import socket

# Below those that the system gives to outgoing connections, one of which would take it meanwhile.
FIRST, LAST = 10240, 32767

_claims = []  # sockets without a file: each is gone with this process, however it ends


def free_port():
    """One that no other program has, nor any that asks here, for as long as this process lives."""
    while True:
        port = random.randint(FIRST, LAST)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0chancery-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
