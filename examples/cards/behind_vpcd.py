#!/usr/bin/env python3
"""Puts the wrong card behind a vpcd socket: python3 examples/cards/behind_vpcd.py HOST:PORT

The reader (the harness, or pcscd with vpcd) listens, the card connects. A frame is a two-byte length and a payload;
the payloads 00 (off), 01 (on) and 02 (reset) have no answer, 04 asks for the ATR, everything else is a command APDU.
"""
import socket
import sys

from wrong_card import ATR, Card

card = Card()
host, _, port = sys.argv[1].rpartition(":")
with socket.create_connection((host, int(port))) as reader, reader.makefile("rb") as frames:
    while len(head := frames.read(2)) == 2:
        payload = frames.read(int.from_bytes(head, "big"))
        if payload in (b"\x00", b"\x01", b"\x02"):
            card.reset()
        else:
            reply = bytes.fromhex(ATR if payload == b"\x04" else card.answer(payload))
            reader.sendall(len(reply).to_bytes(2, "big") + reply)
