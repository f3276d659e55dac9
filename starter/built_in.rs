// The files of this repository's own registry that a new one begins with, by their paths in it: Kubernetes' calendar, and what is known of the
// runtimes that the CRI development policy speaks of.
[
    ("registry.toml", include_str!("../keps/registry.toml")),
    (
        "releases/kubernetes.toml",
        include_str!("../keps/releases/kubernetes.toml"),
    ),
    (
        "releases/containerd.toml",
        include_str!("../keps/releases/containerd.toml"),
    ),
    (
        "releases/cri-o.toml",
        include_str!("../keps/releases/cri-o.toml"),
    ),
]
