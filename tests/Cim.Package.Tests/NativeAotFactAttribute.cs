using System.Runtime.CompilerServices;

namespace Cim.Package.Tests;

/// <summary>A test that needs the linker of a C compiler, which .NET links native code with.</summary>
public sealed class NativeAotFactAttribute : FactAttribute
{
    public NativeAotFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (!OperatingSystem.IsWindows() && !HasProgram("clang") && !HasProgram("gcc"))
            Skip = "neither clang nor gcc is on the PATH (apt-get install clang zlib1g-dev)";
    }

    internal static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
