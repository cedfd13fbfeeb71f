# shopform with the libraries of its lock file, for a user without rights.
#   docker build --tag shopform .
#   docker run --rm --volume "$PWD:/project" --env SHOPFORM_TOKEN shopform plan
# In CI name the image by its digest, and so the base: it is this tag's of the day of the build.
FROM python:3.12-slim-bookworm AS build
COPY requirements-run.lock /source/
RUN python -m venv /opt/shopform \
 && /opt/shopform/bin/pip install --no-cache-dir --require-hashes --requirement /source/requirements-run.lock
COPY pyproject.toml README.md LICENSE /source/
COPY shopform /source/shopform
RUN /opt/shopform/bin/pip install --no-cache-dir --no-deps --no-build-isolation /source

FROM python:3.12-slim-bookworm
COPY --from=build /opt/shopform /opt/shopform
ENV PATH=/opt/shopform/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --create-home --uid 10001 shopform
USER 10001
WORKDIR /project
ENTRYPOINT ["shopform"]
