# SPDX-License-Identifier: BSD-3-Clause
"""What a WSGI server loads."""

import os

from archive.app import create_app
from archive.bootstrap import build_services
from archive.config import Config
from archive.log import configure_logging

config = Config.from_environ(os.environ)
configure_logging(config.log_level, as_json=config.log_as_json)
app = create_app(build_services(config))
