"""The dataset directory: schema, layout, writer, reader and card."""
