# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A small firmware that shows what the stand-ins do: one command a line over USB, one answer.

It runs where the camera's firmware runs and knows nothing of the room. The answer to a command
is one JSON line. A press of the record button starts and stops flashing and taking frames.
"""

import gc
import hashlib
import json
import os
import sys
import time

import csi
import machine
import micropython
import pins
from machine import ADC, PWM, Pin

micropython.kbd_intr(-1)
usb_in, usb_out = sys.stdin.buffer, sys.stdout.buffer
record = Pin(pins.RECORD_BUTTON, Pin.IN, pull=Pin.PULL_UP)
mark = Pin(pins.MARK_BUTTON, Pin.IN, pull=Pin.PULL_UP)
vbus = Pin(pins.VBUS_SENSE, Pin.IN)
light = Pin(pins.LIGHT, Pin.OUT, value=0)
beeper = PWM(Pin(pins.BEEPER), freq=2700, duty_u16=0)
light_sense = ADC(Pin(pins.LIGHT_SENSE))
beeper_sense = ADC(Pin(pins.BEEPER_SENSE))
card = machine.SDCard()
sensor = csi.CSI()
boxes = {}


def say(*words):
    sys.stderr.write(" ".join([str(word) for word in words]) + "\n")


def start_sensor(buffers=3, rate=25, size=csi.QVGA):
    sensor.reset()
    sensor.pixformat(csi.RGB565)
    sensor.framesize(size)
    sensor.framerate(rate)
    sensor.framebuffers(buffers)


def pins_now():
    return [record.value(), mark.value(), vbus.value()]


def senses(count=1):
    lights = [light_sense.read_u16() for _ in range(count)]
    return [lights, [beeper_sense.read_u16() for _ in range(count)]]


def grab(count, quality=80):
    """SHA-256 and length of frames, hashed through the view."""
    rows = []
    for _ in range(count):
        view = sensor.snapshot().to_jpeg(quality=quality).bytearray()
        rows.append([hashlib.sha256(view).digest().hex(), len(view)])
    return rows


def dangling():
    first = sensor.snapshot().to_jpeg()
    view = first.bytearray()
    head = bytes(view[:2]).hex()
    sensor.snapshot()
    try:
        first.bytearray()
        refused = None
    except RuntimeError as error:
        refused = str(error)
    return [head, bytes(view[:2]).hex(), len(set(view)), refused]


def polled(wait_ms):
    """How often a snapshot that does not wait gave nothing before it gave a frame."""
    misses = 0
    while sensor.snapshot(blocking=False) is None:
        misses += 1
        time.sleep_ms(wait_ms)
    return misses


def card_write(block, text):
    data = text.encode() + bytes(512 - len(text))
    return [card.writeblocks(block, data), card.ioctl(3, 0)]


def card_read(block):
    data = bytearray(512)
    return [card.readblocks(block, data), data.rstrip(b"\0").decode()]


def file_write(name, text):
    with open("/flash/" + name, "w") as file:
        file.write(text)
    return os.listdir("/flash")


def file_read(name):
    with open("/flash/" + name) as file:
        return file.read()


def beep(on):
    beeper.duty_u16(32768 if on else 0)


def rtc(when=None):
    return machine.RTC().datetime(*([tuple(when)] if when else []))


def hang():
    machine.WDT(timeout=400)
    while True:
        pass


def spew(length):
    """`length` bytes that follow from their place, and their SHA-256 on the log."""
    digest = hashlib.sha256()
    block = bytes([(i * 7 + 1) & 255 for i in range(16384)])
    while length:
        part = memoryview(block)[: min(length, len(block))]
        digest.update(part)
        length -= len(part)
        while part:
            sent = usb_out.write(part)
            if sent is None:
                time.sleep_ms(1)
            else:
                part = part[sent:]
    say("spewed", digest.digest().hex())


def swallow(length):
    digest = hashlib.sha256()
    buf = bytearray(4096)
    say("swallowing")
    while length:
        count = usb_in.readinto(memoryview(buf)[: min(length, len(buf))])
        if count:
            digest.update(memoryview(buf)[:count])
            length -= count
        else:
            machine.idle()
    return digest.digest().hex()


def answer(line):
    try:
        told = eval(line, globals())
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        told = {"error": repr(error)}
    out = memoryview(json.dumps(told).encode() + b"\n")
    while out:
        sent = usb_out.write(out)
        if sent is None:
            time.sleep_ms(1)
        else:
            out = out[sent:]


def main():
    say("up", machine.reset_cause(), sys.path == boxes)
    heard, down, running, flashed_ms = b"", False, False, 0
    while True:
        pressed = record.value() == 0
        if pressed and not down:
            running = not running
            say("state", "recording" if running else "standby")
            if running:
                start_sensor()
            else:
                light.value(0)
                sensor.sleep(True)
        down = pressed
        if running:
            if time.ticks_diff(time.ticks_ms(), flashed_ms) > 500:
                flashed_ms = time.ticks_ms()
                light.toggle()
            image = sensor.snapshot(blocking=False)
            if image is not None:
                image.to_jpeg(quality=60)
        some = usb_in.read(256)
        if some:
            heard += some
            while b"\n" in heard:
                line, heard = heard.split(b"\n", 1)
                answer(line.decode())
        else:
            machine.idle()
        gc.collect()


main()
