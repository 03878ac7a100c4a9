#!/usr/bin/env python3
"""A card that is wrong on purpose, on the line protocol of `exec:` (docs/card-adapter.md).

It knows SELECT, VERIFY, the query and READ BINARY of a few files. Three faults are planted, each at a marked line:
  fault 1  the right PIN does not restore the counter    CARD-PIN-003: only failures in a row count
  fault 2  a locked PIN accepts the right value          CARD-PIN-004: a locked PIN refuses even the right value
  fault 3  the individual number is free to read         WIRE-TEXT-003: it opens with the PIN or with number A
"""
import sys

ATR = "3BE000FF8131FE4514"
JPKI, TEXT = "D392F000260100000001", "D3921000310001010408"
TOKEN = b"JPKIAPICCTOKEN2".ljust(80) + b"0000000000000001".ljust(80)  # with the card's serial
FILES = {
    JPKI: {0x06: TOKEN, 0x08: b"\x8f\x8f\0", 0x18: "auth-pin", 0x1B: "sign-pin"},
    TEXT: {0x01: bytes.fromhex("FF100C") + b"123456789018\xff\xff", 0x11: "text-pin"},
}
PINS = {"auth-pin": (b"1234", 3), "sign-pin": (b"ABC123", 5), "text-pin": (b"1234", 3)}


class Card:
    def __init__(self):
        self.tries = {name: tries for name, (_, tries) in PINS.items()}
        self.reset()

    def reset(self):
        self.application, self.file = None, None

    def answer(self, command):
        """One command APDU in, one response APDU out."""
        _, ins, p1, p2, *body = command
        handler = {0xA4: self.select, 0x20: self.verify, 0xB0: self.read}.get(ins)
        return handler(p1, p2, bytes(body)) if handler else "6D00"

    def select(self, p1, _, body):
        name = body[1:].hex().upper()
        if p1 == 4 and name in FILES:
            self.application, self.file = name, None
        elif p1 == 2 and int(name or "0", 16) in FILES.get(self.application, {}):
            self.file = int(name, 16)
        else:
            return "6A82"
        return "9000"

    def verify(self, _, p2, body):
        pin = FILES.get(self.application, {}).get(self.file if p2 == 0x80 else p2 & 0x1F)
        if not isinstance(pin, str):
            return "6981"
        if body and body[1:] == PINS[pin][0]:  # fault 2: nobody asks whether tries are left
            return "9000"  # fault 1: the counter stays where it was
        if body and self.tries[pin] == 0:
            return "6984"
        self.tries[pin] -= 1 if body else 0
        return f"63C{self.tries[pin]:X}"

    def read(self, p1, p2, body):
        content = FILES.get(self.application, {}).get(self.file)
        if not isinstance(content, bytes):  # fault 3: nobody asks which PIN opens the file
            return "6981"
        offset = p1 << 8 | p2
        if not body:
            return "6700"
        return content[offset : offset + (body[0] or 256)].hex() + "9000" if offset < len(content) else "6B00"


if __name__ == "__main__":
    card = Card()
    for line in map(str.strip, sys.stdin):
        if line in ("!fresh", "!reset", "!reset warm"):
            card = Card() if line == "!fresh" else card
            card.reset()
            print(ATR, flush=True)
        else:
            print("!unknown" if line.startswith("!") else card.answer(bytes.fromhex(line)), flush=True)
