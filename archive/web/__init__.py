"""The portal: Flask blueprints, one folder a page family."""
