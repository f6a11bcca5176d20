namespace Cim.Training.Differentiation;

/// <summary>The vector-Jacobian product of one operator, written as ONNX nodes.</summary>
internal interface IGradientRule
{
    /// <summary>The operators the rule covers.</summary>
    IReadOnlyList<string> OperatorTypes { get; }

    /// <summary>
    /// Adds, for every input that needs one, the gradient of the loss with respect to that input, given the
    /// gradients of the outputs.
    /// </summary>
    void Differentiate(GradientContext context);
}

/// <summary>
/// An operator of our own (domain <see cref="TrainingDomain.Name"/>) that is written as ONNX nodes for the forward pass
/// but differentiated as a whole: straight-through estimators, batch statistics.
/// </summary>
internal interface ICompositeOperator : IGradientRule
{
    /// <summary>
    /// Appends the forward nodes. The last node writes the composite's own output names; values the gradient needs
    /// again are named with <see cref="CompositeOperators.Saved"/>.
    /// </summary>
    void Lower(Cim.Onnx.Proto.NodeProto node, Cim.Onnx.Building.GraphBuilder builder);
}
