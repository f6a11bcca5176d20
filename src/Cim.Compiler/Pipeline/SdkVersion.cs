using System.Reflection;

namespace Cim.Compiler.Pipeline;

/// <summary>The version of this SDK, written into compiled models, lock files and reports.</summary>
internal static class SdkVersion
{
    /// <summary>Without the commit it was built from.</summary>
    public static string Current { get; } =
        typeof(SdkVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "0.0.0";
}
