using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Training.Ort;

namespace Cim.Cli.Studies;

/// <summary>
/// Which build of the SDK computes. Two builds of one version may give other results, so a store is of one build; machines that have
/// the same files have the same build.
/// </summary>
internal static class SdkBuild
{
    private const int Digits = 12;

    /// <summary>A hash of the modules that results depend on.</summary>
    public static string Current { get; } = ResultKey.Hash(string.Join(' ',
        new[] { typeof(CimModel), typeof(ResultKey), typeof(SdkBuild), typeof(OrtGradientEngine) }
            .Select(type => type.Module.ModuleVersionId)))[..Digits];
}
