"""The builder: one workflow drawn, configured, run and watched on one page."""
