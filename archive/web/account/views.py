# SPDX-License-Identifier: BSD-3-Clause
"""The account pages."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from archive.domain.identity import Scope
from archive.errors import CredentialsError, InvalidInputError, RateLimitedError
from archive.services.tokens import IssuedToken
from archive.web.account.forms import EXPIRIES, SCOPES, PasswordForm, TokenForm, local_address
from archive.web.context import caller, services
from archive.web.identity import Guard, begin_session, end_session, guarded_by, require_csrf

__all__ = ["blueprint"]

blueprint = Blueprint("account", __name__)


@blueprint.get("/login")
@guarded_by(Guard.PUBLIC)
def login() -> str:
    """Ask for user name and password."""
    return render_template("account/login.html", username="", following=_following(), message="")


@blueprint.post("/login")
@guarded_by(Guard.PUBLIC)
def sign_in() -> BaseResponse:
    """Log in, and go where the person was going."""
    # Nobody is logged in yet, so `identify` did not ask; else a stranger's page could log its
    # reader in as somebody else.
    require_csrf()
    username = request.form.get("username", "")
    try:
        key = services().accounts.sign_in(username, request.form.get("password", ""), caller().address)
    except (CredentialsError, RateLimitedError) as exc:
        return _login_again(username, exc)
    if earlier := end_session():
        services().accounts.sign_out(earlier)
    begin_session(key)
    return redirect(_following(), 303)


@blueprint.post("/login/token")
@guarded_by(Guard.PUBLIC)
def login_for_token() -> Response:
    """Give a program a token for user name and password (SSO 2.0, tls-with-password; AuthVO)."""
    accounts = services().accounts
    key = accounts.sign_in(request.form.get("username", ""), request.form.get("password", ""), caller().address)
    person = accounts.caller_of_session(key, caller().address)
    accounts.sign_out(key)
    if person is None:
        raise CredentialsError("User name or password is wrong.")
    issued = services().tokens.issue(person, "Login by a program", Scope, 1)
    answer = make_response("", 204)
    answer.headers["X-VO-Bearer"] = issued.text
    answer.headers["X-VO-Authenticated"] = person.username
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/logout")
@guarded_by(Guard.PUBLIC)
def logout() -> BaseResponse:
    """End the session."""
    if key := end_session():
        services().accounts.sign_out(key)
    return redirect("/", 303)


@blueprint.get("/me")
@guarded_by(Guard.LOGGED_IN)
def me() -> str:
    """Show what is the person's own."""
    return render_template(
        "account/me.html",
        memberships=services().accounts.memberships(caller()),
        tokens=services().tokens.list(caller()),
    )


@blueprint.post("/me/password")
@guarded_by(Guard.LOGGED_IN)
def change_password() -> BaseResponse:
    """Change the password."""
    try:
        form = PasswordForm.parse(request.form)
        key = services().accounts.change_password(caller(), form.old, form.new)
    except InvalidInputError as exc:
        return make_response(render_template("account/password.html", errors=exc.fields), 400)
    begin_session(key)
    flash("Your password is changed; all your other logins have ended.")
    return redirect(url_for("account.me"), 303)


@blueprint.get("/me/password")
@guarded_by(Guard.LOGGED_IN)
def password() -> str:
    """Ask for the old and the new password."""
    return render_template("account/password.html", errors={})


@blueprint.get("/me/tokens")
@guarded_by(Guard.LOGGED_IN)
def tokens() -> str:
    """Show the person's tokens."""
    return _tokens_page()


@blueprint.post("/me/tokens")
@guarded_by(Guard.LOGGED_IN)
def issue_token() -> Response:
    """Make a token and show it, this once."""
    try:
        form = TokenForm.parse(request.form)
        issued = services().tokens.issue(caller(), form.name, form.scopes, form.days)
    except InvalidInputError as exc:
        return make_response(_tokens_page(errors=exc.fields), 400)
    answer = make_response(_tokens_page(issued=issued))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/me/tokens/<key>/revoke")
@guarded_by(Guard.LOGGED_IN)
def revoke_token(key: str) -> BaseResponse:
    """Revoke a token."""
    services().tokens.revoke(caller(), key)
    flash("The token is revoked.")
    return redirect(url_for("account.tokens"), 303)


def _tokens_page(issued: IssuedToken | None = None, errors: dict[str, str] | None = None) -> str:
    form = request.form if errors else {}
    return render_template(
        "account/tokens.html",
        tokens=services().tokens.list(caller()),
        issued=issued,
        errors=errors or {},
        name=form.get("name", ""),
        expiry=form.get("expiry", "90"),
        chosen=request.form.getlist("scopes") if errors else list(Scope),
        scopes=SCOPES,
        expiries=EXPIRIES,
        base_url=services().config.web.base_url,
    )


def _login_again(username: str, error: CredentialsError | RateLimitedError) -> Response:
    page = render_template("account/login.html", username=username[:100], following=_following(), message=error.message)
    answer = make_response(page, error.status)
    if isinstance(error, RateLimitedError):
        answer.headers["Retry-After"] = str(error.retry_after)
    else:
        # RFC 9110 §15.5.2 asks for a challenge with each 401; browsers show no window for this one.
        answer.headers["WWW-Authenticate"] = 'Bearer realm="archive"'
    return answer


def _following() -> str:
    return local_address(request.values.get("next"), "/")
