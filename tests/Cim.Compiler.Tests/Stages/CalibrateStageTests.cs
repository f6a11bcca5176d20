using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class CalibrateStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Reads_samples_of_the_calibration_file()
    {
        CompileState state = _compilation.After("Calibrate", _compilation.Options with { CalibrationSamples = 7 });
        Assert.Equal((7, false), (state.Calibration.Count, state.Calibration.IsSynthetic));
        Assert.Empty(_compilation.Warnings);
    }

    [Fact]
    public void Without_a_file_samples_are_random_and_a_warning_says_so()
    {
        CompileState state = _compilation.After("Calibrate", _compilation.Options with { Calibration = null });
        Assert.True(state.Calibration.IsSynthetic);
        Assert.Equal(ErrorCodes.NoCalibrationData, Assert.Single(_compilation.Warnings));
    }

    [Fact]
    public void Where_precisions_are_only_locked_the_compilation_that_follows_warns()
    {
        CompileOptions options = _compilation.Options with { Calibration = null, LockPath = _compilation.At("lock.json") };
        var warnings = new List<CompileWarning>();
        CompilePipeline.Lock(options, null, warnings.Add);
        Assert.Empty(warnings);
    }
}
