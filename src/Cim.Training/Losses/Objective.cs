using Cim.Onnx.Building;
using Cim.Onnx.Proto;

namespace Cim.Training.Losses;

/// <summary>A scalar to be minimised, written as ONNX nodes behind the network.</summary>
public abstract class Objective
{
    /// <summary>Name of the input with one probability per class ([N, classes]) or one value per output.</summary>
    public const string Targets = "cim_targets";

    /// <summary>Name of the input with the teacher's logits, [N, classes].</summary>
    public const string TeacherLogits = "cim_teacher";

    /// <summary>Appends the loss, a mean over the batch.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="logits">The network's result before a final Softmax.</param>
    /// <param name="shape">Its shape, batch first.</param>
    /// <param name="dataInputs">Receives the names of inputs added.</param>
    /// <returns>The name of the scalar.</returns>
    internal abstract string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs);

    /// <summary>The loss of a network that learns from labels, from a teacher, or from both.</summary>
    /// <param name="weight">Weight of the teacher, 0 to 1.</param>
    /// <param name="temperature">Temperature of the distillation.</param>
    internal static Objective LabelsAndTeacher(double weight, double temperature) => weight switch
    {
        <= 0 => new CrossEntropy(),
        >= 1 => new Distillation(temperature),
        _ => new WeightedSum((1 - weight, new CrossEntropy()), (weight, new Distillation(temperature))),
    };

    private protected static string Input(GraphBuilder builder, string name, long[] shape, ICollection<string> dataInputs)
    {
        if (dataInputs.Contains(name))
            return name;
        dataInputs.Add(name);
        return builder.Input(name, shape);
    }

    private protected static string Negate(GraphBuilder builder, string value) => builder.Op("Neg", value);

    /// <summary>The sum over everything divided by the batch.</summary>
    private protected static string MeanOverBatch(GraphBuilder builder, string value, long batch)
    {
        string total = builder.Op("ReduceSum", [value], Attributes.Int("keepdims", 0));
        return builder.Op("Mul", total, builder.Scalar(1.0 / batch));
    }

    private protected static string LogSoftmax(GraphBuilder builder, string logits, double temperature)
    {
        string scaled = temperature == 1 ? logits : builder.Op("Mul", logits, builder.Scalar(1 / temperature));
        return builder.Op("LogSoftmax", [scaled], Attributes.Int("axis", -1));
    }
}

/// <summary>
/// Cross-entropy with one probability per class as the target, so hard labels, smoothed labels and mixed samples are the same
/// graph: -sum(t * log softmax(z / T)).
/// </summary>
/// <param name="temperature">T; more than 1 softens what the network predicts.</param>
public sealed class CrossEntropy(double temperature = 1) : Objective
{
    internal override string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs)
    {
        string targets = Input(builder, Targets, shape, dataInputs);
        string product = builder.Op("Mul", LogSoftmax(builder, logits, temperature), targets);
        return Negate(builder, MeanOverBatch(builder, product, shape[0]));
    }
}

/// <summary>Mean squared error over all outputs.</summary>
public sealed class MeanSquaredError : Objective
{
    internal override string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs)
    {
        string targets = Input(builder, Targets, shape, dataInputs);
        string difference = builder.Op("Sub", logits, targets);
        return MeanOverBatch(builder, builder.Op("Mul", difference, difference), Tensors.Count(shape));
    }
}

/// <summary>
/// Divergence from a teacher, T^2 KL(softmax(teacher / T) || softmax(student / T)) (Hinton et al., arXiv 1503.02531). Needs no labels.
/// </summary>
internal sealed class Distillation(double temperature = 1) : Objective
{
    internal override string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs)
    {
        string teacher = Input(builder, TeacherLogits, shape, dataInputs);
        string teacherLog = LogSoftmax(builder, teacher, temperature);
        string difference = builder.Op("Sub", teacherLog, LogSoftmax(builder, logits, temperature));
        string product = builder.Op("Mul", builder.Op("Exp", teacherLog), difference);
        string mean = MeanOverBatch(builder, product, shape[0]);
        return builder.Op("Mul", mean, builder.Scalar(temperature * temperature));
    }
}

/// <summary>A weighted sum of objectives, for example labels and a teacher.</summary>
internal sealed class WeightedSum(params IReadOnlyList<(double Weight, Objective Objective)> terms) : Objective
{
    internal override string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs)
    {
        string? total = null;
        foreach ((double weight, Objective objective) in terms)
        {
            string term = builder.Op("Mul", objective.Append(builder, logits, shape, dataInputs), builder.Scalar(weight));
            total = total is null ? term : builder.Op("Add", total, term);
        }

        return total ?? builder.Scalar(0);
    }
}
