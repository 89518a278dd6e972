# SPDX-License-Identifier: BSD-3-Clause
"""The sky and its pixels: the only room that knows astropy's FITS and WCS."""
