namespace Cim.Training.Networks;

/// <summary>What a parameter does, which decides weight decay and which optimizer settings apply.</summary>
public enum ParameterRole
{
    /// <summary>Weights of a matrix or convolution.</summary>
    Weight,

    /// <summary>An additive vector.</summary>
    Bias,

    /// <summary>Scale or shift of a normalization layer.</summary>
    Normalization,

    /// <summary>A learned quantization step.</summary>
    Step,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A trained tensor. The optimizer changes <see cref="Values"/> in place; engines read them at every run.</summary>
public sealed class Parameter
{
    /// <summary>Creates a parameter over <paramref name="values"/>, which are not copied.</summary>
    public Parameter(string name, IReadOnlyList<long> dims, float[] values, ParameterRole role)
    {
        ArgumentNullException.ThrowIfNull(values);
        Name = name;
        Dims = [.. dims];
        Values = values;
        Role = role;
    }

    /// <summary>The initializer's name.</summary>
    public string Name { get; }

    /// <summary>Shape.</summary>
    public long[] Dims { get; }

    /// <summary>Values, row-major.</summary>
    public float[] Values { get; }

    /// <summary>What it does.</summary>
    public ParameterRole Role { get; }

    /// <summary>Values below are raised to this after every update: quantization steps stay positive.</summary>
    public float? Minimum { get; set; }

    /// <summary>1 where a weight is kept and 0 where it is pruned, or null.</summary>
    public float[]? Mask { get; set; }
}

/// <summary>An input of a training graph that is set from outside and not trained: bit-width limits, noise, switches.</summary>
public sealed class Control
{
    /// <summary>Creates a control over <paramref name="values"/>, which are not copied.</summary>
    public Control(string name, IReadOnlyList<long> dims, float[] values)
    {
        Name = name;
        Dims = [.. dims];
        Values = values;
    }

    /// <summary>The graph input's name.</summary>
    public string Name { get; }

    /// <summary>Shape.</summary>
    public long[] Dims { get; }

    /// <summary>Values, row-major; read at every run.</summary>
    public float[] Values { get; }
}
