using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Cim.Runtime;
using Cim.Training.Plugins;

namespace Cim.Training.Torch.Loading;

/// <summary>Why libtorch cannot be used, and what cures it, from what the system's loader says.</summary>
internal static partial class LoadFailure
{
    /// <summary>The libtorch that this TorchSharp was built with; others lack symbols it needs.</summary>
    public const string Libtorch = "2.10";

    /// <exception cref="CimException">CIM0045: TorchSharp or libtorch are of another version than the engine was built with.</exception>
    public static void RequireVersions(TorchLocation location, Version torchSharp)
    {
        Version found = AssemblyName.GetAssemblyName(location.TorchSharp!).Version!;
        if ((found.Major, found.Minor) != (torchSharp.Major, torchSharp.Minor))
            throw WrongVersion("TorchSharp", found.ToString(2), torchSharp.ToString(2), location);
        if (location.LibtorchVersion is { } version && !version.StartsWith(Libtorch + ".", StringComparison.Ordinal))
            throw WrongVersion("libtorch", version, Libtorch, location);
    }

    /// <summary>The error for what the loader said.</summary>
    /// <param name="message">The loader's message.</param>
    /// <param name="location">What was loaded.</param>
    public static CimException Explain(string message, TorchLocation location)
    {
        if (NewerCppLibrary().Match(message) is { Success: true } missing)
            return Failure(
                $"libtorch was built for a newer C++ library than this machine has: it needs {missing.Value}, which the package "
                    + "libstdc++6 has from GCC 13 on. Train on a newer system (Debian 13, Ubuntu 24.04, Fedora 39 or later, or a container "
                    + "of one), or with the engine 'ort', which runs here.");
        if (NewerCLibrary().Match(message) is { Success: true } older)
            return Failure(
                $"libtorch was built for a newer C library than this machine has: it needs {older.Value}. Train on a newer system, or with "
                    + "the engine 'ort', which runs here.");
        if (message.Contains("undefined symbol", StringComparison.Ordinal) || message.Contains("Symbol not found", StringComparison.Ordinal)
            || message.Contains("procedure could not be found", StringComparison.Ordinal))
            return Failure(
                $"TorchSharp and libtorch are of different versions: libtorch must be {Libtorch}. Refer to one TorchSharp-cpu or "
                    + $"TorchSharp-cuda package and to no other libtorch package. The loader said: {message}");
        if (MissingLibrary().Match(message) is { Success: true } library)
            return Failure(
                $"libtorch needs the library {library.Groups[1].Value}, which is not on this machine; install the package it is in. On "
                    + "Debian: libgomp1 has libgomp.so.1, and libcuda.so.1 comes with NVIDIA's driver.");
        return Failure($"libtorch of {location.Source} cannot be loaded: {message}");
    }

    /// <summary>The error for a graphics processor that cannot be used.</summary>
    public static CimException NoCuda(TorchLocation location, int devices, int index) => new(
        ErrorCodes.DeviceMissing,
        !location.HasCuda
            ? $"There is no libtorch for graphics processors in {location.Source}; refer to a TorchSharp-cuda package in place of "
                + "TorchSharp-cpu, or train on the device cpu."
            : devices == 0
                ? "libtorch finds no graphics processor of NVIDIA's: none is there, or its driver is missing or too old for CUDA 12.8 "
                    + "(nvidia-smi shows both). Train on the device cpu, or install the driver."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"There is no device cuda:{index}: libtorch finds {devices}, the first of which is cuda:0."));

    private static CimException WrongVersion(string library, string found, string wanted, TorchLocation location) => Failure(
        $"{location.Source} has {library} {found}, and this engine was built with {library} {wanted}; refer to the TorchSharp-cpu or "
            + "TorchSharp-cuda package of version 0.107.0, and to no other version of TorchSharp or libtorch.");

    private static CimException Failure(string message) =>
        new(ErrorCodes.EngineNotLoadable, char.ToUpperInvariant(message[0]) + message[1..]);

    [GeneratedRegex(@"(GLIBCXX|CXXABI)_[0-9.]+[0-9]")]
    private static partial Regex NewerCppLibrary();

    [GeneratedRegex(@"GLIBC_[0-9.]+[0-9]")]
    private static partial Regex NewerCLibrary();

    [GeneratedRegex(@"(\S+\.so[.0-9]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
