"""Renderers: one a form, each writing expressions and whole documents."""
