"""What a run says: report.json's model, and what is made from it."""
