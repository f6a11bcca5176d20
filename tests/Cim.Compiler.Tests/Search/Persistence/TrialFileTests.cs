using System.Collections.Immutable;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search.Persistence;

public sealed class TrialFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-trials").FullName;

    private string LogPath => Path.Combine(_folder, "a.trials.json");

    [Fact]
    public void What_was_measured_is_not_measured_again_after_a_restart()
    {
        TrialFile first = TrialFile.Open(LogPath, "key");
        var measured = new Distance(1e-9, 0.1 + 0.2, 0.45, 0.05);
        Assert.Equal(measured, first.Measure("8 4 / 8 4", () => measured));
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        first.Store(new AdcSensitivity([Row((5, 0.25))]), isaac);
        var sensitivity = new MeasuredSensitivity([Row((4, 0.5), (8, 1e-9))], [Row((2, 1.25))]);
        first.Store(sensitivity);

        TrialFile again = TrialFile.Open(LogPath, "key");
        Assert.Equal(1, again.Known);
        Assert.Equal(0.25, again.Conversions(isaac)!.Layers[0][5]);
        Assert.Null(again.Conversions(isaac with { AdcBits = 7 }));
        Assert.Equal(measured, again.Measure("8 4 / 8 4", () => throw new InvalidOperationException("measured twice")));
        Assert.True(again.Sensitivity!.Covers([[4, 8]], [[2]]));
        Assert.False(again.Sensitivity!.Covers([[2, 4, 8]], [[2]]));
        Assert.Equal(1e-9, again.Sensitivity!.Weights[0][8]);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_log_that_leaves_candidates_ends_the_search_until_their_results_are_stored()
    {
        CandidateTask widths = new("4 / 4"), training = new("4/4 short", [3, 1]);
        TrialFile.Open(LogPath, "key").Await([widths, training]); // Nothing is left to others.
        TrialFile log = TrialFile.Open(LogPath, "key", leavesCandidates: true);
        Assert.Equal([widths, training], Assert.Throws<SearchRoundException>(() => log.Await([widths, training, widths])).Tasks);
        log.Store([new CandidateResult("4 / 4", [1, 2, 3, 0.5], null)]);
        Assert.Equal([training], Assert.Throws<SearchRoundException>(() => log.Await([widths, training])).Tasks);
        log.Store([new CandidateResult("4/4 short", null, new TrainedScore(0.75, true))]);
        log.Await([widths, training]);
        TrialFile again = TrialFile.Open(LogPath, "key");
        Assert.Equal(new Distance(1, 2, 3, 0.5), again.Measure("4 / 4", () => throw new InvalidOperationException("measured twice")));
        Assert.Equal((0.75, true), again.Trained("4/4 short"));
    }

    [Fact]
    public void A_log_that_others_write_is_left_as_it_is()
    {
        TrialFile.Open(LogPath, "key").Measure("8", () => new Distance(1, 1, 1, 1));
        byte[] before = File.ReadAllBytes(LogPath);
        TrialFile log = TrialFile.Open(LogPath, "key", isReadOnly: true);
        Assert.Equal(2, log.Measure("4", () => new Distance(2, 2, 2, 2)).LossPoints);
        Assert.Equal(before, File.ReadAllBytes(LogPath));
    }

    [Fact]
    public void A_log_of_other_inputs_or_a_damaged_one_counts_for_nothing()
    {
        TrialFile.Open(LogPath, "key").Measure("8", () => new Distance(1, 1, 1, 1));
        Assert.Equal(2, TrialFile.Open(LogPath, "other").Measure("8", () => new Distance(0, 2, 2, 0)).LossPoints);
        File.WriteAllText(LogPath, File.ReadAllText(LogPath)[..^10]);
        Assert.Equal(3, TrialFile.Open(LogPath, "other").Measure("8", () => new Distance(0, 3, 3, 0)).LossPoints);
    }

    [Fact]
    public void A_log_reads_the_same_in_every_version()
    {
        TrialFile file = TrialFile.Open(LogPath, "key");
        file.Measure("8/4", () => new Distance(1e-9, 2, 3, 0.5));
        file.Train("8/4 short", () => (0.5, true));
        file.Store("8,4", new ProxySelection("fisher", [new ProxyQuality("fisher", double.NaN, 0.5)], [Row((4, 0.25))]));
        const string Log = """
            {
              "key": "paired loss that believes no luck, its bounds of 95 and 99 %: key",
              "trials": {
                "8/4": [
                  1E-09,
                  2,
                  3,
                  0.5
                ]
              },
              "conversions": {},
              "estimates": {
                "8,4": {
                  "chosen": "fisher",
                  "rankCorrelation": {
                    "fisher": [
                      null,
                      0.5
                    ]
                  },
                  "weights": [
                    {
                      "4": 0.25
                    }
                  ]
                }
              },
              "trained": {
                "8/4 short": [
                  0.5,
                  true
                ]
              }
            }
            """;
        Assert.Equal(Log.ReplaceLineEndings("\n"), File.ReadAllText(LogPath));
        TrialFile again = TrialFile.Open(LogPath, "key");
        Assert.Equal((0.5, true), again.Trained("8/4 short"));
        Assert.Equal(0.25, again.Selection("8,4")!.Weights[0][4]);
        Assert.True(double.IsNaN(again.Selection("8,4")!.Proxies[0].WithDivergence));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ImmutableSortedDictionary<int, double> Row(params (int Bits, double Value)[] values) =>
        values.ToImmutableSortedDictionary(v => v.Bits, v => v.Value);
}
