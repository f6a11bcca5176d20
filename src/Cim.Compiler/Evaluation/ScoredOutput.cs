using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Compiler.Evaluation;

/// <summary>How an output names a class.</summary>
internal enum ClassRule
{
    /// <summary>One score a class: the largest wins, of equal ones the first.</summary>
    LargestScore,

    /// <summary>One probability a sample, the result of a Sigmoid: class 1 above 0.5.</summary>
    Probability,

    /// <summary>One real number a sample: class 1 above 0.</summary>
    Logit,

    /// <summary>One integer a sample: the class itself.</summary>
    Label,
}

/// <summary>An output as far as scoring needs to know it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its numbers.</param>
/// <param name="Numbers">Numbers of one sample.</param>
/// <param name="EndsWithSigmoid">Whether they come out of a Sigmoid.</param>
internal sealed record OutputFacts(string Name, ElementType Type, int Numbers, bool EndsWithSigmoid)
{
    /// <summary>False for a result that is one of all samples of a run, or the same for any.</summary>
    public bool IsBySample { get; init; } = true;

    /// <summary>How it names a class.</summary>
    public ClassRule Rule =>
        Numbers > 1 ? ClassRule.LargestScore
        : Type is not (ElementType.Float32 or ElementType.Bool) ? ClassRule.Label
        : EndsWithSigmoid || Type == ElementType.Bool ? ClassRule.Probability : ClassRule.Logit;

    /// <summary>Classes it can name; a label can name any.</summary>
    public int Classes => Rule switch { ClassRule.LargestScore => Numbers, ClassRule.Label => int.MaxValue, _ => 2 };
}

/// <summary>
/// The output accuracy is measured at: the first one that can name every label. Decided from the labels before anything is run, so that
/// labels no output can name are an error at the start.
/// </summary>
/// <param name="Index">Which output.</param>
/// <param name="Output">What it is.</param>
internal sealed record ScoredOutput(int Index, OutputFacts Output)
{
    /// <summary>Chooses the output.</summary>
    /// <param name="outputs">The network's outputs, in order.</param>
    /// <param name="labels">One a sample.</param>
    /// <param name="path">The file of the labels, for messages.</param>
    /// <exception cref="CimException">CIM0007: no output can name every label.</exception>
    public static ScoredOutput For(IReadOnlyList<OutputFacts> outputs, ImmutableArray<int> labels, string? path)
    {
        if (outputs.Count == 0) throw Invalid("The model has no output to score.");
        if (!outputs.Any(o => o.IsBySample))
            throw Invalid("No output of the model is one result a sample, so labels of samples are none of its results; use data without "
                + "labels.");
        for (int i = 0; i < outputs.Count; i++)
            if (outputs[i].IsBySample && FirstBeyond(outputs[i]) < 0) return new ScoredOutput(i, outputs[i]);

        int sample = FirstBeyond(outputs[0]);
        if (outputs.Count > 1)
            throw Invalid($"No output can be scored with these labels: {string.Join(", ", outputs.Select(Why))}.");
        throw Invalid(outputs[0].Rule == ClassRule.LargestScore || labels[sample] < 0
            ? $"Sample {sample} has the label {labels[sample]}, but the model has {outputs[0].Classes} classes (0 to "
                + $"{outputs[0].Classes - 1})."
            : $"Sample {sample} has the label {labels[sample]}, but the model's output '{outputs[0].Name}' is one number a sample, which "
                + $"tells two classes apart: labels must be 0 or 1.");

        string Why(OutputFacts output) =>
            $"'{output.Name}' {Describe(output)}, but sample {FirstBeyond(output)} has the label {labels[FirstBeyond(output)]}";

        int FirstBeyond(OutputFacts output)
        {
            for (int i = 0; i < labels.Length; i++)
                if ((uint)labels[i] >= (uint)output.Classes) return i;
            return -1;
        }

        CimException Invalid(string message) => new(ErrorCodes.InvalidLabels, message) { File = path };
    }

    /// <summary>The same for labelled data.</summary>
    /// <exception cref="CimException">CIM0007: no labels, or none an output can name.</exception>
    public static ScoredOutput For(IReadOnlyList<OutputFacts> outputs, DataSet data)
    {
        data.RequireLabels();
        return For(outputs, data.Labels, data.Path);
    }

    /// <summary>How many samples have the class of their label.</summary>
    /// <param name="values">The output of the samples, one after the other.</param>
    /// <param name="labels">One a sample.</param>
    /// <param name="confusion">Counts the classes, too; null if nobody asks.</param>
    public int CountCorrect(ReadOnlySpan<float> values, ReadOnlySpan<int> labels, ConfusionCounts? confusion = null)
    {
        int each = values.Length / labels.Length, correct = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            int predicted = ClassOf(values.Slice(i * each, each));
            if (predicted == labels[i]) correct++;
            confusion?.Add(labels[i], predicted);
        }

        return correct;
    }

    /// <summary>The class of one sample.</summary>
    public int ClassOf(ReadOnlySpan<float> sample) => Output.Rule switch
    {
        ClassRule.LargestScore => Accuracy.ArgMax(sample),
        ClassRule.Label => (int)MathF.Round(sample[0]),
        ClassRule.Probability => sample[0] > 0.5f ? 1 : 0,
        _ => sample[0] > 0 ? 1 : 0,
    };

    private static string Describe(OutputFacts output) => output.Rule switch
    {
        ClassRule.LargestScore => $"has {output.Classes} classes",
        ClassRule.Label => "is a label",
        _ => "tells 0 and 1 apart",
    };
}
