# SPDX-License-Identifier: BSD-3-Clause
"""What a 401 tells a program: how it may come back with credentials.

RFC 6750 §3 for bearer tokens; the IVOA's AuthVO draft for how a program without a browser gets one.
"""

from archive.errors import ArchiveError, TokenError

__all__ = ["challenges"]


def challenges(error: ArchiveError | None, login_url: str) -> tuple[str, ...]:
    """Give the values of ``WWW-Authenticate``.

    Parameters
    ----------
    login_url
        Absolute address that takes user name and password and answers with a token.
    """
    bearer = 'Bearer realm="archive"'
    if isinstance(error, TokenError):
        bearer += f', error="invalid_token", error_description="{error.message.encode("ascii", "replace").decode()}"'
    vo = f'ivoa_bearer standard_id="ivo://ivoa.net/sso#tls-with-password", access_url="{login_url}"'
    return bearer, vo
