using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Runtime.Tensors;

/// <summary>
/// The dimensions of a tensor. A dimension of <c>-k</c> is symbolic: k times the batch size, so <c>-1</c> is the
/// batch itself and <c>-12</c> is what a reshape makes of [batch, 12].
/// </summary>
internal readonly struct Shape : IEquatable<Shape>
{
    private readonly ImmutableArray<int> _dims;

    /// <summary>Creates a shape from its dimensions, outermost first.</summary>
    public Shape(params ReadOnlySpan<int> dims) => _dims = [.. dims];

    /// <summary>The shape of a scalar: no dimensions, one element.</summary>
    public static Shape Scalar => new([]);

    /// <summary>The dimensions, outermost first.</summary>
    public ImmutableArray<int> Dims => _dims.IsDefault ? [] : _dims;

    /// <summary>The number of dimensions.</summary>
    public int Rank => Dims.Length;

    /// <summary>One dimension; negative if it is symbolic.</summary>
    public int this[int axis] => Dims[axis];

    /// <summary>True if a dimension depends on the batch size.</summary>
    public bool IsSymbolic
    {
        get
        {
            foreach (int d in Dims)
                if (d < 0) return true;
            return false;
        }
    }

    /// <summary>The number of elements.</summary>
    /// <exception cref="OverflowException">The product does not fit 64 bits.</exception>
    /// <exception cref="InvalidOperationException">The shape is symbolic: bind it first.</exception>
    public long Elements
    {
        get
        {
            long n = 1;
            foreach (int d in Dims)
                n = d < 0 ? throw new InvalidOperationException($"Shape {this} depends on the batch size.") : checked(n * d);
            return n;
        }
    }

    /// <summary>The number of elements for a batch size; <see cref="long.MaxValue"/> if there are more.</summary>
    internal long ElementsFor(int batch)
    {
        long n = 1;
        foreach (int d in Dims)
        {
            long size = d < 0 ? -(long)d * batch : d;
            if (size > 1 && n > long.MaxValue / size) return Dims.Contains(0) ? 0 : long.MaxValue;
            n *= size;
        }

        return n;
    }

    /// <summary>The concrete shape for a batch size.</summary>
    public Shape Bind(int batch)
    {
        if (!IsSymbolic) return this;
        int[] dims = [.. Dims];
        for (int i = 0; i < dims.Length; i++)
            if (dims[i] < 0) dims[i] = checked(-dims[i] * batch);
        return new Shape(dims);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dims.AsSpan().SequenceEqual(other.Dims.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape s && Equals(s);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int d in Dims) hash.Add(d);
        return hash.ToHashCode();
    }

    /// <summary>For example <c>[N,3,32,32]</c>.</summary>
    public override string ToString() => "[" + string.Join(",", Dims.Select(d =>
        d >= 0 ? d.ToString(CultureInfo.InvariantCulture) : d == -1 ? "N" : $"{-d}N")) + "]";

    /// <summary>Equality of all dimensions.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Inequality of some dimension.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);
}
