namespace Cim.Runtime.Tests.Model;

public sealed class PredictionTests
{
    [Fact]
    public void The_largest_scores_come_first_and_of_equal_ones_the_lower_index() =>
        Assert.Equal(
            [new Prediction("d", 3, 5), new Prediction("b", 1, 2), new Prediction("e", 4, 2)],
            Prediction.Top([1, 2, -1, 5, 2], ["a", "b", "c", "d", "e"], 3));

    [Fact]
    public void Every_number_of_classes_gives_what_sorting_gives()
    {
        var random = new Random(1);
        for (int n = 1; n < 40; n++)
        {
            float[] scores = [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(10))];
            int[] sorted = [.. Enumerable.Range(0, n).OrderByDescending(i => scores[i]).ThenBy(i => i)];
            for (int k = 1; k <= n + 1; k++)
                Assert.Equal(sorted.Take(k), Prediction.Top(scores, [], k).Select(p => p.Index));
        }
    }

    [Fact]
    public void What_is_no_number_comes_last() =>
        Assert.Equal([1, 3, 0, 2], Prediction.Top([float.NaN, 2, float.NaN, -1], [], 4).Select(p => p.Index));

    [Fact]
    public void Labels_of_another_output_are_not_used() => Assert.Null(Prediction.Top([1, 2], ["a", "b", "c"], 1)[0].Label);

    [Fact]
    public void Nothing_is_allocated_beyond_the_result()
    {
        float[] scores = new float[1000];
        System.Collections.Immutable.ImmutableArray<string> labels = [.. Enumerable.Range(0, 1000).Select(i => $"class {i}")];
        Prediction.Top(scores, labels, 5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Prediction[] top = Prediction.Top(scores, labels, 5);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        Prediction[] result = new Prediction[top.Length];
        Assert.Equal(GC.GetAllocatedBytesForCurrentThread() - before, allocated);
        Assert.Equal(top.Length, result.Length);
    }

    [Fact]
    public void It_is_printed_as_label_and_score() =>
        Assert.Equal("sneaker 0.93", new Prediction("sneaker", 7, 0.93f).ToString());

    [Fact]
    public void None_of_them_is_no_number() => Assert.Throws<ArgumentOutOfRangeException>(() => Prediction.Top([1], [], 0));
}
