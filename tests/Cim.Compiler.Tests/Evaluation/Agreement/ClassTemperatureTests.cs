using System.Collections.Immutable;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Agreement;

public sealed class ClassTemperatureTests
{
    private const int Classes = 5, Samples = 3000;

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(50)]
    public void Finds_the_temperature_the_labels_were_drawn_at(double temperature)
    {
        var random = new Random(11);
        var normal = new NormalSequence(12);
        float[] scores = [.. Enumerable.Range(0, Samples * Classes).Select(_ => (float)(temperature * 2 * normal.Next()))];
        ImmutableArray<int> labels = [.. scores.Chunk(Classes).Select(z =>
        {
            double[] weights = [.. z.Select(s => Math.Exp((s - z.Max()) / temperature))];
            double left = random.NextDouble() * weights.Sum();
            int label = 0;
            while (label < Classes - 1 && (left -= weights[label]) > 0) label++;
            return label;
        })];
        Assert.InRange(ClassTemperature.Fit(scores, Classes, labels) / temperature, 0.9, 1.1);
    }

    [Fact]
    public void Every_answer_right_is_as_certain_as_can_be_and_errors_show_nevertheless()
    {
        float[] scores = [.. Enumerable.Range(0, 100).SelectMany(_ => new[] { 8000f, 0, 0 })];
        double fitted = ClassTemperature.Fit(scores, 3, [.. new int[100]]);
        Assert.True(8000 / fitted > 8);
        Assert.Equal(1000, ClassTemperature.Sensitive([.. Enumerable.Repeat(8000.0, 100)], fitted));
    }
}
