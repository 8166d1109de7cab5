exports.make = function () {};
exports.made = () => {};
