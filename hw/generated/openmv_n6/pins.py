# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Pins and figures of the openmv-n6. Written by hw/pins.py from hw/boards."""

from micropython import const

BOARD = "openmv-n6"

RECORD_BUTTON = "P11"
MARK_BUTTON = "P14"
LIGHT = "P7"
LIGHT_SENSE = "P6_ADC"
BEEPER = "P8"
BEEPER_SENSE = "P3"
VIBRATION = "P9"
VBUS_SENSE = "P5"
BATTERY_SENSE = "BAT_ADC"

HEAP_BYTES = const(16777216)
SEAL_PERIOD_MS = const(2000)
SENSOR_WIDTH = const(640)
SENSOR_HEIGHT = const(480)
SENSOR_FPS = const(25)
JPEG_QUALITY = const(90)
