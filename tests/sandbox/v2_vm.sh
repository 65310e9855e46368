#!/usr/bin/env bash
# Runs a program on a machine with a pure cgroup v2: Debian's cloud kernel in an emulated VM, which
# needs neither KVM nor a disk. For tests of the v2 adapter where the host has v1.
#   tests/sandbox/v2_vm.sh [-f FILE_OR_DIRECTORY]... PROGRAM [ARGUMENT]...
# The program, its libraries and every -f appear in the VM under the same absolute path; it runs as
# root; its exit status is this script's. Says SKIPPED and ends with 77 where the tools are missing
# (qemu-system-x86, busybox-static, cpio, and access to Debian's kernel package).
set -euo pipefail

limit_s=${LAMBENT_VM_SECONDS:-300}
files=()
while [[ ${1:-} == -f ]]; do
    files+=("$(realpath -s "$2")")
    shift 2
done
program=$(realpath -s "$1")
shift

skip() {
    echo "SKIPPED: $1"
    exit 77
}
for tool in qemu-system-x86_64 busybox cpio dpkg-deb ldd; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The kernel is unpacked, never installed; kept between runs where the user says.
kernel=${LAMBENT_VM_KERNEL:-$work/vmlinuz}
if [[ ! -f $kernel ]]; then
    package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
        awk '/Depends: linux-image/ { print $2; exit }')
    [[ -n $package ]] || skip "no package index knows linux-image-cloud-amd64"
    (cd "$work" && apt-get download "$package" >/dev/null 2>&1) || skip "cannot download $package"
    dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
    cp "$work"/kernel/boot/vmlinuz-* "$kernel"
fi

root=$work/root
mkdir -p "$root"/{usr/bin,usr/lib,usr/lib64,usr/sbin,proc,sys,dev,tmp,run,etc,root}
for folder in bin lib lib64 sbin; do
    ln -s "usr/$folder" "$root/$folder"
done
take() {  # a file or a directory, with the libraries that its programs load
    local real=$(realpath "$1")
    mkdir -p "$root$(dirname "$real")"
    cp -a "$real" "$root$(dirname "$real")/"
    [[ $real == "$1" ]] || { mkdir -p "$root$(dirname "$1")"; cp -a "$1" "$root$1" 2>/dev/null || true; }
    find -L "$1" -type f \( -perm -u+x -o -name '*.so*' \) -print0 |
        { xargs -0 -r ldd 2>/dev/null || true; } | awk '/=> \// { print $3 } /^\t\/lib64/ { print $1 }' | sort -u |
        while read -r library; do
            target=$root/usr/${library#/}
            target=${target/\/usr\/usr\//\/usr\/}
            [[ -f $target ]] || { mkdir -p "$(dirname "$target")"; cp -L "$library" "$target"; }
        done
}
for item in "$program" ${files[@]+"${files[@]}"}; do
    take "$item"
done
cp "$(command -v busybox)" "$root/usr/bin/busybox"
for file in passwd group ld.so.cache; do
    cp "/etc/$file" "$root/etc/"
done

# pivot_root refuses to leave an initramfs, so the first init moves everything to a tmpfs.
cat >"$root/init" <<'INIT'
#!/usr/bin/busybox sh
/usr/bin/busybox mkdir /new
/usr/bin/busybox mount -t tmpfs -o mode=755 none /new
for item in /*; do
    case $item in /new | /init) ;; *) /usr/bin/busybox cp -a "$item" /new/ ;; esac
done
exec /usr/bin/busybox switch_root /new /second_init
INIT
cat >"$root/second_init" <<INIT
#!/usr/bin/busybox sh
/usr/bin/busybox --install -s /usr/sbin
export PATH=/usr/bin:/usr/sbin HOME=/root
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t cgroup2 none /sys/fs/cgroup
chmod 1777 /tmp
ip link set lo up
cd /tmp
$(printf '%q ' "$program" "$@")
echo "VM-EXIT-STATUS \$?"
poweroff -f
INIT
chmod +x "$root/init" "$root/second_init"
(cd "$root" && find . -print0 | cpio --null --quiet -o -H newc | gzip -1) >"$work/initramfs"

timeout "$limit_s" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m "${LAMBENT_VM_MB:-2048}" \
    -nographic -no-reboot -nic none -kernel "$kernel" -initrd "$work/initramfs" \
    -append "console=ttyS0 quiet panic=-1" </dev/null | tr -d '\r' | tee "$work/console"
status=$(awk '/^VM-EXIT-STATUS/ { print $2 }' "$work/console")
[[ -n $status ]] || { echo "the VM ended before the program did"; exit 1; }
exit "$status"
