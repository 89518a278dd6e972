# SPDX-License-Identifier: BSD-3-Clause
"""The simulated instruments, one a file: what their detectors are and what their headers say."""
