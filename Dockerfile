# kepherd and nothing else: no shell, no libraries, no root. The program is that of a release's archive for Linux (static), which is verified
# before it comes here:
#
#     gh release download v0.1.0 --repo containerd/kepherd --pattern 'kepherd-*-x86_64-unknown-linux-musl.tar.gz'
#     gh attestation verify kepherd-v0.1.0-x86_64-unknown-linux-musl.tar.gz --repo containerd/kepherd
#     tar -xzf kepherd-v0.1.0-x86_64-unknown-linux-musl.tar.gz --strip-components 1 kepherd-v0.1.0-x86_64-unknown-linux-musl/kepherd
#     docker build --tag kepherd:0.1.0 .
#
# The repository with the records is mounted to /work. What is checked belongs to whoever checked it out, so run as them:
#
#     docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work:ro" kepherd:0.1.0 check
#     docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" --env GITHUB_TOKEN kepherd:0.1.0 plan
#
# In a job of another CI than GitHub's the first of these is the whole of it: `check --base origin/main` judges a change.
FROM scratch
LABEL org.opencontainers.image.title="kepherd" \
      org.opencontainers.image.description="A git-backed registry of Kubernetes enhancements that keeps GitHub issues in step" \
      org.opencontainers.image.source="https://github.com/containerd/kepherd" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --chown=0:0 --chmod=755 kepherd /usr/bin/kepherd
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/bin/kepherd"]
