#!/usr/bin/env bash
# A real single-node Kubernetes on a bare Debian machine: no Docker, no image registry. Run as root, after install.sh.
# Safe to repeat: starts only what does not run, also after everything was killed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
CACHE=${CACHE:-$HOME/.cache/ubermench}
STATE=${STATE:-/var/lib/ubermench-cluster}
BIN=$CACHE/cluster/bin
KUBERNETES=v1.34.4
NODE_IP=192.0.2.10          # a bridge of our own; pods reach the API server and DNS there
POD_CIDR=10.244.0.0/24
SERVICE_CIDR=10.96.0.0/16
API=https://127.0.0.1:6443

build() { # upstream programs from the Go modules pinned in go.mod; cached outside the checkout
  [ -e "$BIN/.built-$KUBERNETES" ] && return
  echo "building Kubernetes $KUBERNETES, etcd, CoreDNS and Helm from their Go modules: once, about 8 minutes on 2 cores"
  mkdir -p "$BIN"
  (cd "$here" && CGO_ENABLED=0 GOBIN=$BIN go install -trimpath -ldflags \
    "-s -w -X k8s.io/component-base/version.gitVersion=$KUBERNETES" tool)
  mv "$BIN/server" "$BIN/etcd"
  touch "$BIN/.built-$KUBERNETES"
}

certificates() {
  [ -f pki/ca.crt ] && return
  openssl genrsa -out pki/sa.key 2048 2>/dev/null
  openssl rsa -in pki/sa.key -pubout -out pki/sa.pub 2>/dev/null
  openssl req -x509 -newkey rsa:2048 -nodes -keyout pki/ca.key -out pki/ca.crt -subj /CN=kubernetes-ca -days 3650 2>/dev/null
  certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost,IP:127.0.0.1,IP:10.96.0.1,IP:$NODE_IP"
  certificate admin /O=system:masters/CN=admin DNS:admin
  certificate controller-manager /CN=system:kube-controller-manager DNS:controller-manager
  certificate scheduler /CN=system:kube-scheduler DNS:scheduler
  certificate kubelet /O=system:nodes/CN=system:node:node-1 "DNS:node-1,IP:$NODE_IP,IP:127.0.0.1"
  certificate proxy /CN=system:kube-proxy DNS:proxy
  certificate dns /O=system:masters/CN=dns DNS:dns
  for who in admin controller-manager scheduler kubelet proxy dns; do
    kc="$BIN/kubectl config --kubeconfig=etc/$who.conf"
    $kc set-cluster local --server=$API --certificate-authority=pki/ca.crt --embed-certs >/dev/null
    $kc set-credentials $who --client-certificate=pki/$who.crt --client-key=pki/$who.key --embed-certs >/dev/null
    $kc set-context local --cluster=local --user=$who >/dev/null
    $kc use-context local >/dev/null
  done
}
certificate() { # NAME SUBJECT ALTERNATIVE_NAMES
  openssl req -newkey rsa:2048 -nodes -keyout "pki/$1.key" -out "pki/$1.csr" -subj "$2" 2>/dev/null
  openssl x509 -req -in "pki/$1.csr" -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days 3650 -out "pki/$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth' "$3") 2>/dev/null
}

network() {
  ip link show ubm0 >/dev/null 2>&1 || ip link add ubm0 type bridge
  ip addr replace $NODE_IP/32 dev ubm0
  ip link set ubm0 up
  sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1
}

configuration() {
  cat > cni/10-bridge.conflist <<J
{"cniVersion": "0.4.0", "name": "ubermench", "plugins": [
  {"type": "bridge", "bridge": "cni-ubm", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$STATE/ipam", "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
J
  cat > etc/containerd.toml <<T
version = 2
root = "$STATE/containerd"
state = "$STATE/run/containerd"
[grpc]
  address = "$STATE/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true       # without CAP_SYS_RESOURCE runc dies with "can't get final child's PID from pipe"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$STATE/cni"
T
  cat > etc/kubelet.yaml <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
containerRuntimeEndpoint: unix://$STATE/run/containerd.sock
clusterDomain: cluster.local
clusterDNS: [$NODE_IP]
failSwapOn: false
tlsCertFile: $STATE/pki/kubelet.crt
tlsPrivateKeyFile: $STATE/pki/kubelet.key
resolvConf: $STATE/etc/resolv.conf
imageGCHighThresholdPercent: 99
imageGCLowThresholdPercent: 98
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
maxPods: 250
Y
  echo "nameserver $NODE_IP" > etc/resolv.conf
  cat > etc/Corefile <<C
.:53 {
  bind $NODE_IP
  errors
  health 127.0.0.1:18080
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $STATE/etc/dns.conf local
  }
  cache 5
}
C
}

start() { # NAME COMMAND...: one process, its pid and log kept; left alone while it runs
  local name=$1; shift
  if [ -f "pid/$name" ] && [ "$(cat "/proc/$(cat "pid/$name")/comm" 2>/dev/null)" = "$(basename "$1" | cut -c1-15)" ]; then return; fi
  setsid nohup "$@" >"log/$name.log" 2>&1 </dev/null &
  echo $! >"pid/$name"
}
wait_for() { # SECONDS COMMAND...
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { echo "timed out: $*" >&2; return 1; }; sleep .2; done
}

build
mkdir -p "$STATE"/{pki,etc,log,pid,etcd,run,cni}
cd "$STATE"
certificates; network; configuration
k="$BIN/kubectl --kubeconfig=$STATE/etc/admin.conf"

start etcd "$BIN/etcd" --data-dir etcd --unsafe-no-fsync --listen-client-urls http://127.0.0.1:22379 \
  --advertise-client-urls http://127.0.0.1:22379 --listen-peer-urls http://127.0.0.1:22380
start containerd containerd -c etc/containerd.toml
start kube-apiserver "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:22379 --bind-address=0.0.0.0 --secure-port=6443 \
  --advertise-address=$NODE_IP --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key --client-ca-file=pki/ca.crt \
  --service-account-key-file=pki/sa.pub --service-account-signing-key-file=pki/sa.key --service-account-issuer=https://kubernetes.default.svc \
  --service-cluster-ip-range=$SERVICE_CIDR --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged \
  --kubelet-client-certificate=pki/admin.crt --kubelet-client-key=pki/admin.key --kubelet-preferred-address-types=InternalIP
wait_for 60 $k get --raw /readyz
wait_for 30 ctr -a run/containerd.sock version
pause=$(mktemp -d) && install -D "$(command -v busybox)" "$pause/bin/busybox"
"$here/image.sh" localhost/pause:1 "$pause" 65535 -- /bin/busybox sleep infinity >/dev/null && rm -r "$pause"
start kube-controller-manager "$BIN/kube-controller-manager" --kubeconfig etc/controller-manager.conf --leader-elect=false \
  --service-account-private-key-file=pki/sa.key --root-ca-file=pki/ca.crt --use-service-account-credentials \
  --cluster-cidr=$POD_CIDR --enable-hostpath-provisioner
start kube-scheduler "$BIN/kube-scheduler" --kubeconfig etc/scheduler.conf --leader-elect=false
start kubelet "$BIN/kubelet" --config etc/kubelet.yaml --kubeconfig etc/kubelet.conf --root-dir "$STATE/kubelet" --hostname-override node-1 --node-ip $NODE_IP
start kube-proxy "$BIN/kube-proxy" --kubeconfig etc/proxy.conf --cluster-cidr $POD_CIDR --hostname-override node-1
start coredns "$BIN/coredns" -conf etc/Corefile
wait_for 60 $k get node node-1
$k wait --for=condition=Ready node/node-1 --timeout=60s >/dev/null
$k apply -f - >/dev/null <<Y
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/host-path
Y
echo "Kubernetes $KUBERNETES is ready: export KUBECONFIG=$STATE/etc/admin.conf"
