namespace Cim.Compiler.Ir;

/// <summary>One of the nodes that multiply by a layer's weights.</summary>
/// <param name="NodeName">The node's unique name.</param>
/// <param name="Input">The value multiplied.</param>
/// <param name="Output">The value computed.</param>
internal sealed record LayerUse(string NodeName, string Input, string Output);
