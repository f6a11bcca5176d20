using System.Collections.Immutable;
using System.Text;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Data;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

public sealed class TrialLogFuzzTests(ITestOutputHelper output)
{
    /// <summary>A damaged log is no more than a lost one.</summary>
    [Fact]
    public void Any_text_is_a_log_or_none()
    {
        using var folder = new TemporaryFolder();
        string path = folder.At("net.cim.trials.json");
        TrialFile file = TrialFile.Open(path, "key");
        file.Measure("8 4 / 8 4", () => new Distance(0.1, 0.2, 0.3, 0.4));
        file.Train("8 8", () => (0.5, true));
        file.Store(new MeasuredSensitivity(Table, Table));
        file.Store(new AdcSensitivity(Table), HardwareProfiles.BuiltIn("isaac"));
        string log = File.ReadAllText(path);
        int whole = 0;
        new FuzzRun(
            "trials", output).Run(JsonDamage.Of(log, log.Replace("\"key\": \"", "\"key\": \"other ", StringComparison.Ordinal)), bytes =>
        {
            File.WriteAllBytes(path, bytes);
            TrialFile.CanStandAt(path);
            TrialFile read = TrialFile.Open(path, "key");
            Assert.True(read.Known >= 0);
            if (read.Known > 0) whole++;
        }, Encoding.UTF8.GetString);
        Assert.True(whole > 0);
    }

    private static ImmutableArray<ImmutableSortedDictionary<int, double>> Table { get; } =
        [ImmutableSortedDictionary.CreateRange(new Dictionary<int, double> { [2] = 0.5, [8] = 1e-9 })];
}
