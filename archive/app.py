# SPDX-License-Identifier: BSD-3-Clause
"""The web process: mounts blueprints, nothing else."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from archive.assets import asset_folder
from archive.bootstrap import Services
from archive.web.account import blueprint as account
from archive.web.api import blueprint as api
from archive.web.collection import blueprint as collection
from archive.web.context import EXTENSION
from archive.web.download import blueprint as download
from archive.web.errors import install_error_pages
from archive.web.headers import install_security_headers
from archive.web.help import blueprint as help_pages
from archive.web.home import blueprint as home
from archive.web.identity import install_identity
from archive.web.layout import install_layout
from archive.web.night import blueprint as night
from archive.web.observation import blueprint as observation
from archive.web.paths import install_path_check
from archive.web.patience import install_patience
from archive.web.preview import blueprint as preview
from archive.web.program import blueprint as program
from archive.web.query import blueprint as query
from archive.web.search import blueprint as search
from archive.web.tap import mount_tap

__all__ = ["create_app"]


def create_app(services: Services) -> Flask:
    """Make the WSGI application from use cases that `build_services` wired."""
    config = services.config.web
    app = Flask("archive", template_folder=str(asset_folder("templates")), static_folder=str(asset_folder("static")))
    app.extensions[EXTENSION] = services
    app.config.update(
        SECRET_KEY=config.secret_key,
        # A browser takes a __Host- cookie from this very host by https only, so no neighbour can plant one.
        SESSION_COOKIE_NAME="__Host-archive_session" if config.secure_cookies else "archive_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    app.jinja_env.globals["site_title"] = config.title
    install_patience(app, config.client_seconds)
    install_path_check(app)
    install_identity(app)
    install_error_pages(app)
    install_layout(app)
    install_security_headers(app)
    for blueprint in (
        home,
        search,
        observation,
        night,
        program,
        query,
        collection,
        help_pages,
        preview,
        account,
        download,
        api,
    ):
        app.register_blueprint(blueprint)
    mount_tap(app, services)
    _trust_proxies(app, config.trusted_proxies)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe the X-Forwarded-* headers of so many proxies in front, and of none by default."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count)  # type: ignore[method-assign]
