#!/usr/bin/python3
"""Verifies a folder in the form of C2SP tlog-tiles, without any code of Chancery's.

    tiles_reader.py FOLDER VERIFIER_KEY [CHECKPOINT_FILE]

Written from the specifications alone (signed-note, tlog-checkpoint, tlog-tiles, RFC 6962), for two reasons: that what
we export can be read by others, and that our own verifier and this one cannot be wrong in the same way. It goes from
the root downwards: the checkpoint's root from the tiles, each tile's hash from the tile above, each entry from its
tile. A tree without the folder tile/entries is verified down to its leaf hashes. Prints the size and the root, and
whether the entries are there; any doubt ends it with exit code 1 and a sentence.
"""
import base64
import hashlib
import os
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    pass


def need(condition, sentence):
    if not condition:
        raise Refused(sentence)


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(hashes):
    """MTH of RFC 6962, 2.1, over leaf (or subtree) hashes, by its recursive definition."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(tree_hash(hashes[:k]), tree_hash(hashes[k:]))


def open_note(note, verifier_key):
    """The text of a note that the key has signed."""
    name, key_id, encoded = verifier_key.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    need(key[0] == 1 and len(key) == 33, "not an Ed25519 verifier key")
    digest = hashlib.sha256(name.encode() + b"\n" + key).digest()
    need(digest[:4].hex() == key_id, "the verifier key's id is not its own")
    split = note.rindex(b"\n\n")
    text, lines = note[: split + 1], note[split + 2 :]
    need(lines.endswith(b"\n"), "the note does not end with a newline")
    for line in lines.decode().splitlines():
        dash, signer, signature = line.split(" ")
        need(dash == "\u2014", "not a signature line")
        blob = base64.b64decode(signature, validate=True)
        if signer == name and blob[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], text)
            except InvalidSignature:
                raise Refused("the signature is wrong") from None
            return name, text.decode()
    raise Refused("the note is not signed by this key")


def read_checkpoint(note, verifier_key):
    name, text = open_note(note, verifier_key)
    origin, size, root = text.split("\n")[:3]
    need(origin == name, "the checkpoint is another log's")
    need(str(int(size)) == size, "the size is not plainly written")
    return int(size), base64.b64decode(root, validate=True)


def tile_path(level, index, width):
    parts = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        parts.insert(0, "x%03d" % (index % 1000))
    path = "tile/%s/%s" % (level, "/".join(parts))
    return path if width == 256 else "%s.p/%d" % (path, width)


class Tree:
    def __init__(self, folder, size):
        self.folder = folder
        self.size = size

    def width(self, level, index):
        return min(256, max(0, (self.size >> (8 * level)) - 256 * index))

    def read(self, level, index, width):
        for path in (tile_path(level, index, width), tile_path(level, index, 256)):
            try:
                with open(os.path.join(self.folder, path), "rb") as file:
                    return file.read()
            except FileNotFoundError:
                continue
        raise Refused("no " + tile_path(level, index, width))

    def tile(self, level, index):
        width = self.width(level, index)
        data = self.read(level, index, width)
        need(len(data) >= 32 * width and (width < 256 or len(data) == 8192), "a tile of a wrong length")
        return [data[32 * i : 32 * i + 32] for i in range(width)]

    def root(self):
        """The right edge, from the highest level down: what no tile above covers is in the partial tiles."""
        hashes = []
        for level in range(7, -1, -1):
            index = (self.size >> (8 * level)) // 256
            if self.width(level, index):
                hashes.append((8 * level, self.tile(level, index)))
        pieces = []  # complete subtrees from left to right
        for height, partial in hashes:
            rest = partial
            while rest:
                k = 1 << (len(rest).bit_length() - 1)
                pieces.append(tree_hash(rest[:k]))
                rest = rest[k:]
        if not pieces:
            return tree_hash([])
        root = pieces.pop()
        while pieces:
            root = node_hash(pieces.pop(), root)
        return root

    def check_levels(self):
        """Each hash above level 0 is the hash of the full tile below it."""
        for level in range(1, 8):
            count = self.size >> (8 * level)
            for index in range((count + 255) // 256):
                for i, upper in enumerate(self.tile(level, index)):
                    need(tree_hash(self.tile(level - 1, 256 * index + i)) == upper,
                         "tile %d of level %d is not what the tile above says" % (256 * index + i, level - 1))

    def check_entries(self):
        for index in range((self.size + 255) // 256):
            leaves = self.tile(0, index)
            data = self.read("entries", index, len(leaves))
            for i, leaf in enumerate(leaves):
                length = int.from_bytes(data[:2], "big")
                entry, data = data[2 : 2 + length], data[2 + length :]
                need(len(entry) == length, "a bundle that ends early")
                need(leaf_hash(entry) == leaf, "entry %d is not what its tile says" % (256 * index + i))
            need(len(leaves) < 256 or not data, "a bundle with bytes left over")


def main(folder, verifier_key, checkpoint=None):
    with open(checkpoint or os.path.join(folder, "checkpoint"), "rb") as file:
        size, root = read_checkpoint(file.read(), verifier_key)
    tree = Tree(folder, size)
    need(tree.root() == root, "the tiles are not what the checkpoint signed")
    tree.check_levels()
    given = os.path.exists(os.path.join(folder, "tile", "entries"))
    if given:
        tree.check_entries()
    print(size, root.hex(), "entries" if given else "hashes")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: tiles_reader.py FOLDER VERIFIER_KEY [CHECKPOINT_FILE]")
    try:
        main(*sys.argv[1:])
    except (Refused, OSError, ValueError) as error:
        sys.exit("refused: %s" % error)
