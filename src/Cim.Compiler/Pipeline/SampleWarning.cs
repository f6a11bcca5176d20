using Cim.Compiler.Calibration;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Runtime;

namespace Cim.Compiler.Pipeline;

/// <summary>The warning that samples are all alike, or of numbers the network was not made for.</summary>
internal static class SampleWarning
{
    /// <summary>Warns if the samples say nothing.</summary>
    /// <param name="context">The compilation.</param>
    /// <param name="path">The file.</param>
    /// <param name="samples">Some of its samples.</param>
    /// <param name="input">What they feed.</param>
    /// <param name="consequence">What follows for the compilation.</param>
    public static void Check(CompileContext context, string path, CalibrationData samples, GraphInput input, string consequence)
    {
        if (SampleInformation.Problem(samples, input) is { } problem)
            context.Warn(ErrorCodes.SamplesSayNothing,
                $"The samples of {path} say nothing about what the network reads: {problem}. So {consequence}; check the file and its "
                + $"{OptionTable.Scale.Named()}, {OptionTable.Mean.Named()}, {OptionTable.Std.Named()}.");
    }
}
