using Cim.Runtime;
using NuGet.Versioning;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// Which compiled models this version works with: those of the same major version, before 1.0 those of the same minor
/// version. What the simulator computes may change between them even where the file format does not.
/// </summary>
internal static class SdkCompatibility
{
    /// <summary>The range of Cim.Sdk versions whose models a version takes, prereleases included.</summary>
    public static VersionRange Range(string sdkVersion)
    {
        NuGetVersion version = NuGetVersion.Parse(sdkVersion);
        (NuGetVersion from, NuGetVersion to) = version.Major == 0
            ? (new NuGetVersion(0, version.Minor, 0, "0"), new NuGetVersion(0, version.Minor + 1, 0, "0"))
            : (new NuGetVersion(version.Major, 0, 0, "0"), new NuGetVersion(version.Major + 1, 0, 0, "0"));
        return new VersionRange(from, includeMinVersion: true, to, includeMaxVersion: false);
    }

    /// <summary>Refuses a model of an incompatible version.</summary>
    /// <param name="info">The model's description.</param>
    /// <param name="path">The file, for the message.</param>
    /// <param name="sdkVersion">This version; null: that of the running compiler.</param>
    /// <exception cref="CimException">CIM1011: the versions do not fit; the message has both.</exception>
    public static void Check(ModelInfo info, string path, string? sdkVersion = null)
    {
        string own = sdkVersion ?? SdkVersion.Current;
        VersionRange range = Range(own);
        if (NuGetVersion.TryParse(info.SdkVersion, out NuGetVersion? made) && range.Satisfies(made)) return;
        throw new CimException(ErrorCodes.IncompatibleSdkVersion,
            $"The model was compiled by Cim.Sdk {info.SdkVersion}; this is Cim.Sdk {own}, which takes models of {range.PrettyPrint()}. "
                + $"Compile it again, or use the matching version.") { File = path };
    }
}
