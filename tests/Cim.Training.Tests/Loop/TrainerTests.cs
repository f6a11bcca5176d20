using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Xunit;

namespace Cim.Training.Tests.Loop;

public sealed class TrainerTests
{
    private static readonly TrainingOptions _options = new()
    {
        Epochs = 4,
        BatchSize = 16,
        Augmentation = new Augmentation { Shift = 1 },
        Optimizer = new OptimizerOptions { LearningRate = 0.05 },
    };

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.05, 0)]
    [InlineData(OptimizerKind.AdamW, 0.01, 0.9)]
    public async Task A_small_network_learns(OptimizerKind kind, double rate, double average)
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        SampleSet validation = SmallNetworks.Quadrants(200, 2);
        TrainingOptions options = _options with
        {
            Augmentation = Augmentation.None,
            Epochs = 6,
            AverageDecay = average,
            LabelSmoothing = 0.1,
            Optimizer = new OptimizerOptions { Kind = kind, LearningRate = rate, ClipNorm = 5 },
        };
        TrainingResult result = await new Trainer(network, SmallNetworks.Quadrants(512, 1), validation, options).RunAsync();
        Assert.True(result.BestScore > 0.95, $"{result.BestScore}");
        using var predictor = new Predictor(network, parts: 1);
        Assert.Equal(result.BestScore, predictor.CountCorrect(validation) / 200.0);
    }

    [Fact]
    public async Task Same_seed_gives_the_same_bytes()
    {
        float[][] first = await TrainAsync(_options);
        float[][] second = await TrainAsync(_options);
        for (int i = 0; i < first.Length; i++)
            Assert.Equal(first[i], second[i]);
    }

    [Fact]
    public async Task A_killed_run_resumes_to_the_same_bytes()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            float[][] whole = await TrainAsync(_options);
            using var stop = new CancellationTokenSource();
            TrainableNetwork network = SmallNetworks.Dense(1);
            var progress = new Callback(report =>
            {
                if (report.Epoch == 3 && report.Batch == 2)
                    stop.Cancel();
            });
            TrainingResult cut = await Run(network, _options with { Checkpoint = path }, progress, stop.Token);
            Assert.True(cut.WasCancelled);
            float[][] resumed = await TrainAsync(_options with { Checkpoint = path });
            for (int i = 0; i < whole.Length; i++)
                Assert.Equal(whole[i], resumed[i]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_latest_epoch_within_a_standard_error_of_the_best_is_kept_where_that_is_asked(bool latest)
    {
        SampleSet training = SmallNetworks.Quadrants(256, 1), validation = SmallNetworks.Quadrants(60, 2);
        TrainingOptions options = _options with
        {
            Epochs = 12,
            Optimizer = new OptimizerOptions { LearningRate = 0.02 },
            KeepsStart = true,
            KeepsLatest = latest,
        };
        TrainingResult result = await new Trainer(SmallNetworks.Dense(1), training, validation, options).RunAsync();
        int expected = Kept(result.Scores, double.NegativeInfinity, latest);
        Assert.Equal((expected, result.Scores[expected - 1]), (result.BestEpoch, result.BestScore));
        Assert.Equal(latest, result.BestEpoch > result.Scores.ToList().IndexOf(result.Scores.Max()) + 1);
    }

    [Fact]
    public async Task A_start_that_a_slightly_worse_epoch_replaced_is_still_what_later_ones_are_compared_with()
    {
        SampleSet training = SmallNetworks.Quadrants(256, 1), validation = WithWrongLabels(SmallNetworks.Quadrants(60, 2), 4);
        TrainableNetwork start = SmallNetworks.Dense(1);
        await new Trainer(start, training, validation, _options with { Epochs = 3 }).RunAsync();
        using var predictor = new Predictor(start, parts: 1);
        double score = predictor.CountCorrect(validation) / 60.0;
        bool matters = false;
        for (int seed = 1; seed <= 6; seed++)
        {
            TrainingOptions options = _options with
            {
                Epochs = 5,
                Seed = seed,
                Optimizer = new OptimizerOptions { LearningRate = 0.1 },
                KeepsStart = true,
                KeepsLatest = true,
            };
            TrainingResult result = await new Trainer(start.Clone(), WithWrongLabels(training, 3), validation, options).RunAsync();
            int expected = Kept(result.Scores, score);
            Assert.Equal(expected, result.BestEpoch);
            matters |= expected > 0 && Kept([.. result.Scores.Skip(expected - 1)], double.NegativeInfinity) > 1;
        }

        Assert.True(matters, "no training got worse in steps too small to see");
    }

    [Fact]
    public async Task A_damaged_or_foreign_checkpoint_is_refused()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await TrainAsync(_options with { Epochs = 1, Checkpoint = path });
            CimException foreign = await Assert.ThrowsAsync<CimException>(
                () => TrainAsync(_options with { Epochs = 1, Seed = 9, Checkpoint = path }));
            Assert.Equal(ErrorCodes.InvalidCheckpoint, foreign.Code);
            byte[] bytes = await File.ReadAllBytesAsync(path);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
            CimException damaged = await Assert.ThrowsAsync<CimException>(
                () => TrainAsync(_options with { Epochs = 1, Checkpoint = path }));
            Assert.Contains("damaged", damaged.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_is_an_error_with_its_path_and_leaves_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("cim-checkpoint").FullName;
        try
        {
            string occupied = Directory.CreateDirectory(Path.Combine(folder, "occupied")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "file"), "");
            foreach (string path in new[] { occupied, Path.Combine(folder, "file", "checkpoint") })
            {
                CimException error = await Assert.ThrowsAsync<CimException>(
                    () => TrainAsync(_options with { Epochs = 1, Checkpoint = path }));
                Assert.Equal((ErrorCodes.FileNotWritable, path), (error.Code, error.File));
            }

            Assert.Equal([Path.Combine(folder, "file"), occupied],
                Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_student_follows_its_teacher_without_labels()
    {
        TrainableNetwork teacher = SmallNetworks.Dense(1);
        SampleSet training = SmallNetworks.Quadrants(512, 1);
        await new Trainer(teacher, training, null, _options with { Epochs = 6 }).RunAsync();
        TrainableNetwork student = SmallNetworks.Dense(7);
        var unlabelled = new SampleSet(training.Values, training.Shape, null);
        await new Trainer(student, unlabelled, null, _options with { Epochs = 8 }) { Teacher = teacher }.RunAsync();
        using var predictor = new Predictor(student, parts: 1);
        Assert.True(predictor.CountCorrect(SmallNetworks.Quadrants(200, 2)) > 180);
    }

    [Fact]
    public async Task Divergence_and_wrong_labels_are_clear_errors()
    {
        CimException diverged = await Assert.ThrowsAsync<CimException>(() =>
            TrainAsync(_options with { Optimizer = new OptimizerOptions { LearningRate = 1e30 } }));
        Assert.Equal(ErrorCodes.TrainingDiverged, diverged.Code);
        SampleSet wrong = new(new float[64], [1, 8, 8], [4]);
        CimException labels = await Assert.ThrowsAsync<CimException>(
            () => new Trainer(SmallNetworks.Dense(1), wrong, null, _options).RunAsync());
        Assert.Equal(ErrorCodes.InvalidLabels, labels.Code);
    }

    private static async Task<float[][]> TrainAsync(TrainingOptions options)
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        await Run(network, options, null, CancellationToken.None);
        return [.. network.Parameters.Select(parameter => parameter.Values), .. network.Controls.Select(control => control.Values)];
    }

    private static Task<TrainingResult> Run(
        TrainableNetwork network, TrainingOptions options, IProgress<TrainingProgress>? progress, CancellationToken token) =>
        new Trainer(network, SmallNetworks.Quadrants(256, 1), SmallNetworks.Quadrants(64, 2), options).RunAsync(progress, token);

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>Every so-manyth label is that of the next class, so that scores wander instead of reaching 1.</summary>
    private static SampleSet WithWrongLabels(SampleSet samples, int every) =>
        new(samples.Values, [.. samples.Shape], [.. samples.Labels!.Select((label, i) => i % every == 0 ? (label + 1) % 4 : label)]);

    /// <summary>The epoch to keep, 0 = the start.</summary>
    private static int Kept(IReadOnlyList<double> scores, double start, bool latest = true)
    {
        (int kept, double highest) = (0, start);
        for (int epoch = 1; epoch <= scores.Count; epoch++)
        {
            double score = scores[epoch - 1];
            if (score > highest || (latest && score >= highest - Math.Sqrt(highest * (1 - highest) / 60))) kept = epoch;
            highest = Math.Max(highest, score);
        }

        return kept;
    }
}
