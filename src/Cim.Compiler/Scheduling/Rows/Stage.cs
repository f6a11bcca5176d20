using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>An operator of the network as a schedule sees it: it makes the rows of one value, each from rows of other stages.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Layer">Number of the layer on arrays that makes the rows; -1 = a digital operator.</param>
/// <param name="Rows">Rows of the value.</param>
/// <param name="Elements">Elements of the value.</param>
/// <param name="Inputs">What the rows are made of; empty for what is there from the start.</param>
internal sealed record Stage(string Name, int Layer, int Rows, long Elements, ImmutableArray<StageInput> Inputs)
{
    /// <summary>Operations of a digital operator: elements that it reads or writes, whichever are more.</summary>
    public long Operations { get; init; }

    /// <summary>True for a digital operator that only names elements anew, as a reshape does: no unit works on it.</summary>
    public bool IsView { get; init; }

    /// <summary>By row: the share of the network's inputs that has to be there; empty if it reads none of them.</summary>
    public ImmutableArray<double> InputShare { get; init; } = [];

    /// <summary>Products of the layer that make the rows up to one, of a number in all.</summary>
    public long ProductsBefore(int row, long products) => products * row / Rows;
}

/// <summary>An input of a stage.</summary>
/// <param name="Producer">The stage that makes it.</param>
/// <param name="Needs">Which of its rows are needed.</param>
internal sealed record StageInput(int Producer, RowNeeds Needs);
