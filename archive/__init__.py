"""The application: our holdings, our users, our rules. It stands on the library ``vo``."""
