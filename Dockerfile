# Guide section 23. Build: docker build -t docubot .   Run: docker run -p 8000:8000 -v docubot:/data docubot
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app

# The dependencies change less often than the code: this layer is built once for many images.
COPY reference_app/requirements.txt /app/
RUN pip install --no-cache-dir --requirement /app/requirements.txt \
    && useradd --uid 10001 --create-home --home-dir /data docubot

COPY reference_app /app/reference_app

# By number, so that a cluster can see that it is not root. The database and the generated secret
# are made in the working directory.
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health', timeout=2)"]

# WEB_CONCURRENCY sets the number of workers. SIGTERM lets requests under way finish for 8 seconds.
CMD ["uvicorn", "reference_app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "8"]
