#!/usr/bin/env python3
"""A card that is wrong on purpose, to show what findings look like. Python 3, standard library only.

It speaks the line protocol of `exec:` on standard input and output; with `--vpcd HOST:PORT` it connects to a
waiting reader and speaks the vpcd protocol instead. It knows SELECT, VERIFY, the query and READ BINARY of a few
files, has no certificates and cannot sign. Besides that it breaks these rules, each at a marked line:

  fault 1  the right PIN does not restore the counter        CARD-PIN-003, WIRE-VERIFY-004
  fault 2  the right PIN is accepted when the PIN is locked  CARD-PIN-004
  fault 3  a locked PIN answers 6983 instead of 6984         WIRE-VERIFY-007
  fault 4  a query answers 9000 once the PIN is verified     WIRE-QUERY-004
  fault 5  the individual number is readable without a PIN   WIRE-TEXT-003, WIRE-READ-009
"""
import socket
import struct
import sys

ATR = bytes.fromhex("3BE000FF8131FE4514")
JPKI, TEXT = bytes.fromhex("D392F000260100000001"), bytes.fromhex("D3921000310001010408")
TOKEN = b"JPKIAPICCTOKEN2".ljust(32) + bytes(128)
NUMBER = bytes.fromhex("FF100C") + b"123456789018" + b"\xff\xff"
FILES = {JPKI: {0x06: TOKEN, 0x08: bytes.fromhex("8F8F00"), 0x18: "auth", 0x1B: "sign"}, TEXT: {0x01: NUMBER, 0x11: "text"}}
PINS = {"auth": (b"1234", 3), "sign": (b"ABC123", 5), "text": (b"1234", 3)}


class Card:
    def __init__(self):
        self.tries = {name: tries for name, (_, tries) in PINS.items()}
        self.reset()

    def reset(self):
        self.application, self.file, self.verified = None, None, set()

    def answer(self, command):
        """One command APDU in, one response APDU out."""
        if len(command) < 4:
            return b"\x67\x00"
        cla, ins, p1, p2 = command[:4]
        handler = {0xA4: self.select, 0x20: self.verify, 0xB0: self.read}.get(ins)
        if cla != 0 or handler is None:
            return b"\x6d\x00" if cla in (0x00, 0x80) else b"\x6e\x00"
        return handler(p1, p2, command[4:])

    def select(self, p1, p2, body):
        name = body[1 : 1 + body[0]] if body else b""
        if p1 == 4 and name in FILES:
            if self.application != name:
                self.verified = set()
            self.application, self.file = name, None
        elif p1 == 2 and len(name) == 2 and int.from_bytes(name, "big") in FILES.get(self.application, {}):
            self.file = int.from_bytes(name, "big")
        else:
            return b"\x6a\x82" if p1 in (2, 4) else b"\x6a\x86"
        return b"\x90\x00"

    def verify(self, p1, p2, body):
        file = self.file if p2 == 0x80 else p2 & 0x1F
        pin = FILES.get(self.application, {}).get(file)
        if file is None:
            return b"\x69\x86"
        if not isinstance(pin, str):
            return b"\x69\x81" if pin else b"\x6a\x82"
        right, _ = PINS[pin]
        if not body:
            if pin in self.verified:
                return b"\x90\x00"  # fault 4: a query must answer 63Cx
            return bytes([0x63, 0xC0 + self.tries[pin]])
        if len(body) != body[0] + 1 or len(body) > 17:
            return b"\x67\x00"
        if body[1:] == right:  # fault 2: looks at the value before the counter
            self.verified.add(pin)
            return b"\x90\x00"  # fault 1: the counter stays where it was
        if self.tries[pin] == 0:
            return b"\x69\x83"  # fault 3: the card of the profile says 6984
        self.verified.discard(pin)
        self.tries[pin] -= 1
        return bytes([0x63, 0xC0 + self.tries[pin]])

    def read(self, p1, p2, body):
        if p1 & 0x80:
            self.file, offset = p1 & 0x1F, p2
        else:
            offset = p1 << 8 | p2
        if self.file is None:
            return b"\x69\x86"
        content = FILES.get(self.application, {}).get(self.file)
        if not isinstance(content, bytes):  # fault 5: nobody asks which PIN opens the file
            return b"\x69\x81" if content else b"\x6a\x82"
        if offset >= len(content):
            return b"\x6b\x00"
        length = int.from_bytes(body, "big") or (65536 if len(body) == 3 else 256)
        return content[offset : offset + length] + b"\x90\x00"


def serve_lines():
    """`exec:`: one line of hex in, one line of hex out, flushed at once."""
    card = Card()
    for line in sys.stdin:
        line = line.strip()
        if line in ("!reset", "!reset warm"):
            card.reset()
            reply = ATR.hex()
        elif line == "!fresh":
            card = Card()
            reply = ATR.hex()
        elif line.startswith("!"):
            reply = "!unknown"
        else:
            reply = card.answer(bytes.fromhex(line)).hex()
        print(reply.upper() if not reply.startswith("!") else reply, flush=True)


def serve_vpcd(host, port):
    """vpcd: frames of a two-byte length and a payload; 00 off, 01 on, 02 reset, 04 asks for the ATR."""
    card = Card()
    with socket.create_connection((host, port)) as reader, reader.makefile("rb") as frames:
        while len(head := frames.read(2)) == 2:
            payload = frames.read(struct.unpack(">H", head)[0])
            if payload in (b"\x00", b"\x01", b"\x02"):
                card.reset()
                continue
            reply = ATR if payload == b"\x04" else card.answer(payload)
            reader.sendall(struct.pack(">H", len(reply)) + reply)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--vpcd"] and len(sys.argv) == 3:
        host, _, port = sys.argv[2].rpartition(":")
        serve_vpcd(host, int(port))
    elif len(sys.argv) == 1:
        serve_lines()
    else:
        sys.exit("usage: wrong_card.py [--vpcd HOST:PORT]")
