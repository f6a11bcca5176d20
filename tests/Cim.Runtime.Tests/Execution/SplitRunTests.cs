using Cim.Runtime.Crossbar;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

/// <summary>Runs whose layers are large enough to be split over threads.</summary>
public sealed class SplitRunTests
{
    [Theory]
    [InlineData(Fidelity.Exact)]
    [InlineData(Fidelity.Adc)]
    [InlineData(Fidelity.Device)]
    public void One_sample_has_the_same_result_on_any_number_of_threads(Fidelity fidelity)
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Wide()) with { Hardware = TestPrograms.Noisy });
        float[] image = TestPrograms.Samples(1, 8 * 60 * 60), expected = new float[4500], actual = new float[4500];
        var options = new RunOptions { Fidelity = fidelity, Seed = 3, MaxThreads = 1 };
        model.Run(image, expected, options);
        Assert.True(expected.Distinct().Count() > 100);
        foreach (int threads in (int[])[0, 2, 3, 7, 2])
        {
            Array.Clear(actual);
            model.Run(image, actual, options with { MaxThreads = threads });
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Samples_that_run_side_by_side_on_all_threads_do_not_disturb_each_other()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Wide()));
        float[] images = TestPrograms.Samples(12, 8 * 60 * 60), expected = new float[12 * 4500];
        model.Run(images, expected, new RunOptions { MaxThreads = 1 });
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 5 }, i =>
        {
            int sample = i % 12;
            float[] actual = new float[4500];
            model.Run(images.AsSpan(sample * 8 * 60 * 60, 8 * 60 * 60), actual, new RunOptions { MaxThreads = 1 + (i % 4) });
            Assert.Equal(expected[(sample * 4500)..((sample + 1) * 4500)], actual);
        });
    }
}
