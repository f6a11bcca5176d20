using Cim.Onnx.Building;
using Cim.Onnx.Proto;

namespace Cim.Training.Differentiation;

/// <summary>Gradients gathered so far, shared by the rules of one differentiation.</summary>
internal sealed class DifferentiationState
{
    private readonly Dictionary<string, List<string>> _contributions = new(StringComparer.Ordinal);

    public required GraphBuilder Builder { get; init; }

    public required IReadOnlyDictionary<string, long[]> Shapes { get; init; }

    public required IReadOnlyDictionary<string, TensorProto> Constants { get; init; }

    /// <summary>Values that depend on a parameter.</summary>
    public required IReadOnlySet<string> Needed { get; init; }

    public void AddGradient(string value, string gradient)
    {
        if (!_contributions.TryGetValue(value, out List<string>? list))
            _contributions[value] = list = [];
        list.Add(gradient);
    }

    /// <summary>The sum of all contributions, or null where there are none. Summed on first use, in the order they came.</summary>
    public string? Gradient(string value)
    {
        if (!_contributions.TryGetValue(value, out List<string>? list))
            return null;
        if (list.Count > 1)
        {
            string sum = list[0];
            for (int i = 1; i < list.Count; i++)
                sum = Builder.Op("Add", sum, list[i]);
            list.Clear();
            list.Add(sum);
        }

        return list[0];
    }
}
