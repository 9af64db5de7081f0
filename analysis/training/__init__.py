"""Everything that only learns or measures: nothing that judges imports it."""
