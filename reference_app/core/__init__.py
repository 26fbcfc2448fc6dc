"""What every part of the application rests on: settings, errors, security, observability."""
