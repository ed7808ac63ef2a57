#!/bin/bash
# Make /rootfs, the files that an image needs to run some programs: the programs, their libraries, and the status and
# licence of each Debian package, so that scanners find vulnerable versions.
#   rootfs.sh PROGRAM...   bash among them, which is also `sh`
set -euo pipefail

# Programs may be links: copy the file under the link's name.
take() { cp --dereference --parents --preserve=mode,timestamps "$@" /rootfs; }

# The package of a file; dpkg knows /lib as /usr/lib.
package_of() { dpkg-query --search "$(realpath "$1")" | cut -d: -f1; }

mkdir -p /rootfs/usr/bin /rootfs/etc /rootfs/tmp /rootfs/var/lib/dpkg/status.d
ln -s usr/bin /rootfs/bin
ln -s bash /rootfs/usr/bin/sh
chmod 1777 /rootfs/tmp
take /usr/lib/os-release
ln -s ../usr/lib/os-release /rootfs/etc/os-release

for program; do
    # The libraries; the line without `=>` is the linker itself.
    files=$(ldd "$program" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }')
    for file in "$program" $files; do
        take "$file"
        package=$(package_of "$file")
        dpkg-query --status "$package" >"/rootfs/var/lib/dpkg/status.d/$package"
        take "/usr/share/doc/$package/copyright"
    done
done
