"""Django's MySQL backend with a cheaper look at a kept connection (ENGINE = "todobackend.mysql")."""
