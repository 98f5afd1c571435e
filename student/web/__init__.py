"""A student as a folder of static files that speaks in a browser, without a server."""
